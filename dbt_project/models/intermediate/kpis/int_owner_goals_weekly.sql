{#
    The goals that hold for a seller in a week. A goal for the person wins over one for the title, that over
    one for all. A seller has goals only while at work: from the user record's creation or the first recorded
    work, whichever is earlier; for a person who left, to the week of the last recorded work.
#}

with goals as (
    select * from {{ ref('goals') }}
    where period = 'week'
),

worked as (
    select owner_id, min(week_start_date) as first_week, max(week_start_date) as last_week
    from {{ ref('int_owner_measures_weekly') }}
    group by owner_id
),

sellers as (
    select users.user_id, users.email, users.title, weeks.week_start_date
    from {{ ref('dim_users') }} as users
    cross join {{ ref('int_reporting_weeks') }} as weeks
    left join worked on users.user_id = worked.owner_id
    where users.is_seller
        and (
            weeks.week_start_date >= cast({{ dbt.date_trunc('week', 'users.created_at') }} as date)
            or weeks.week_start_date >= worked.first_week
        )
        and (users.is_active or weeks.week_start_date <= worked.last_week)
),

ranked as (
    select
        sellers.user_id as owner_id,
        sellers.week_start_date,
        goals.metric,
        goals.goal_value,
        row_number() over (
            partition by sellers.user_id, sellers.week_start_date, goals.metric
            order by
                case goals.scope_kind when 'user' then 1 when 'title' then 2 else 3 end,
                goals.valid_from desc nulls last
        ) as preference_number
    from sellers
    inner join goals
        on sellers.week_start_date >= goals.valid_from
            and (goals.valid_to is null or sellers.week_start_date <= goals.valid_to)
            and (
                goals.scope_kind = 'all'
                or (goals.scope_kind = 'title' and lower(goals.scope) = lower(sellers.title))
                or (goals.scope_kind = 'user' and lower(goals.scope) = lower(sellers.email))
            )
)

select
    owner_id,
    week_start_date,
    cast(max(case when metric = 'bookings_amount' then goal_value end) as decimal(18, 2))
        as goal_bookings_amount,
    cast(max(case when metric = 'pipeline_created_amount' then goal_value end) as decimal(18, 2))
        as goal_pipeline_created_amount,
    cast(max(case when metric = 'activity_count' then goal_value end) as bigint) as goal_activity_count,
    cast(max(case when metric = 'meeting_count' then goal_value end) as bigint) as goal_meeting_count
from ranked
where preference_number = 1
group by owner_id, week_start_date
