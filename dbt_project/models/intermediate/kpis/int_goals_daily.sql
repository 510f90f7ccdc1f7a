{#
    The goal of each group of people for each business day: a goal of the seed spread evenly over the business days of
    its own period, so that a goal which changes within a month counts in it by its days. Of the lines of the seed,
    the one for the person wins over one for the title, that over one for all.
#}

with told_together as (
    select distinct goal_group, title, email
    from {{ ref('int_goal_holders_grouped') }}
),

ranked as (
    select
        told_together.goal_group,
        dates.date_day,
        goals.metric,
        goals.period,
        goals.goal_value,
        row_number() over (
            partition by told_together.goal_group, dates.date_day, goals.metric
            order by
                case goals.scope_kind when 'user' then 1 when 'title' then 2 else 3 end asc,
                goals.valid_from desc
        ) as preference
    from told_together
    inner join {{ ref('goals') }} as goals
        on
            goals.scope_kind = 'all'
            or (goals.scope_kind = 'title' and lower(goals.scope) = told_together.title)
            or (goals.scope_kind = 'user' and lower(goals.scope) = told_together.email)
    inner join {{ ref('dim_dates') }} as dates
        on
            dates.is_business_day
            and dates.date_day >= goals.valid_from
            and dates.date_day <= coalesce(goals.valid_to, cast('9999-12-31' as date))
)

select
    ranked.goal_group,
    ranked.date_day,
    ranked.metric,
    cast(ranked.goal_value as decimal(18, 2)) / periods.business_day_count as goal_value
from ranked
inner join {{ ref('dim_periods') }} as periods
    on
        ranked.period = periods.period_kind
        and ranked.date_day between periods.period_start_date and periods.period_end_date
where ranked.preference = 1 and periods.business_day_count > 0
