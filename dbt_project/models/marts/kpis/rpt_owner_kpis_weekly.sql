{# Weeks without any business have a row too, so that the week before is always the row before. #}

with users as (
    select * from {{ ref('dim_users') }}
    where is_seller
),

spine as (
    select
        users.user_id as owner_id,
        users.user_name as owner_name,
        users.manager_id,
        weeks.week_start_date,
        weeks.pipeline_date,
        weeks.is_current_week,
        weeks.elapsed_ratio
    from users
    cross join {{ ref('int_reporting_weeks') }} as weeks
),

figures as (
    select
        spine.*,
        coalesce(measures.bookings_amount, 0) as bookings_amount,
        coalesce(measures.won_count, 0) as won_count,
        coalesce(measures.lost_count, 0) as lost_count,
        coalesce(measures.created_count, 0) as created_count,
        coalesce(measures.pipeline_created_amount, 0) as pipeline_created_amount,
        coalesce(measures.activity_count, 0) as activity_count,
        coalesce(measures.meeting_count, 0) as meeting_count,
        coalesce(pipeline.open_pipeline_amount, 0) as open_pipeline_amount,
        coalesce(pipeline.open_pipeline_count, 0) as open_pipeline_count,
        goals.goal_bookings_amount,
        goals.goal_pipeline_created_amount,
        goals.goal_activity_count,
        goals.goal_meeting_count
    from spine
    left join {{ ref('int_owner_measures_weekly') }} as measures
        on spine.owner_id = measures.owner_id and spine.week_start_date = measures.week_start_date
    left join {{ ref('int_owner_levels_dated') }} as pipeline
        on spine.owner_id = pipeline.owner_id and spine.pipeline_date = pipeline.level_date
    left join {{ ref('int_owner_goals_weekly') }} as goals
        on spine.owner_id = goals.owner_id and spine.week_start_date = goals.week_start_date
)

select
    owner_id,
    week_start_date,
    owner_name,
    manager_id,
    cast(bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(won_count as bigint) as won_count,
    cast(lost_count as bigint) as lost_count,
    cast(won_count as double) / nullif(won_count + lost_count, 0) as win_rate,
    cast(created_count as bigint) as created_count,
    cast(pipeline_created_amount as decimal(18, 2)) as pipeline_created_amount,
    cast(activity_count as bigint) as activity_count,
    cast(meeting_count as bigint) as meeting_count,
    cast(open_pipeline_amount as decimal(18, 2)) as open_pipeline_amount,
    cast(open_pipeline_count as bigint) as open_pipeline_count,
    goal_bookings_amount,
    cast(goal_bookings_amount - bookings_amount as decimal(18, 2)) as bookings_gap_amount,
    case when goal_bookings_amount > 0
            then cast(bookings_amount as double) / cast(goal_bookings_amount as double)
    end as bookings_attainment_ratio,
    goal_pipeline_created_amount,
    goal_activity_count,
    goal_meeting_count,
    cast(lag(bookings_amount) over by_week as decimal(18, 2)) as previous_bookings_amount,
    cast(lag(pipeline_created_amount) over by_week as decimal(18, 2)) as previous_pipeline_created_amount,
    cast(lag(activity_count) over by_week as bigint) as previous_activity_count,
    case
        when goal_bookings_amount is null then 'no_goal'
        when bookings_amount >= goal_bookings_amount * elapsed_ratio then 'on_track'
        else 'behind'
    end as status,
    is_current_week
from figures
window by_week as (partition by owner_id order by week_start_date asc nulls last)
