{#
    The goal of each group of people for each business day: a goal of the seed spread evenly over the business days of
    its own period, so that a goal which changes within a month counts in it by its days. Of the lines of the seed,
    the one for the person wins over one for the title, that over one for all.
#}

with groups as (

    select distinct
        goal_group,
        title,
        email

    from {{ ref('int_goal_holders_grouped') }}

),

ranked as (

    select
        groups.goal_group,
        days.date_day,
        goals.metric,
        goals.period,
        goals.goal_value,
        row_number() over (
            partition by groups.goal_group, days.date_day, goals.metric
            order by
                case goals.scope_kind when 'user' then 1 when 'title' then 2 else 3 end asc,
                goals.valid_from desc
        ) as preference

    from groups
    inner join {{ ref('goals') }} as goals
        on
            goals.scope_kind = 'all'
            or (goals.scope_kind = 'title' and lower(goals.scope) = groups.title)
            or (goals.scope_kind = 'user' and lower(goals.scope) = groups.email)
    inner join {{ ref('dim_dates') }} as days
        on
            days.is_business_day
            and days.date_day >= goals.valid_from
            and days.date_day <= coalesce(goals.valid_to, cast('9999-12-31' as date))

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
where
    ranked.preference = 1
    and periods.business_day_count > 0
