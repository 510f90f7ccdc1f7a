{#
    What each person is to reach in each period by the seed's goals. Most have the goal of their group for the whole
    period; only where somebody came or left within it are the days counted.
#}

with periods as (
    select period_kind, period_start_date, min(date_day) as first_day, max(date_day) as last_day
    from {{ ref('int_goal_days') }}
    group by period_kind, period_start_date
),

of_groups as (
    select
        goals.goal_group,
        goals.metric,
        told.period_kind,
        told.period_start_date,
        sum(goals.goal_value) as goal_value
    from {{ ref('int_goals_daily') }} as goals
    inner join {{ ref('int_goal_days') }} as told on goals.date_day = told.date_day
    group by goals.goal_group, goals.metric, told.period_kind, told.period_start_date
),

held as (
    select
        holders.*,
        periods.*,
        holders.first_date <= periods.first_day and holders.last_date >= periods.last_day as is_whole
    from {{ ref('int_goal_holders_grouped') }} as holders
    inner join periods
        on holders.first_date <= periods.last_day and holders.last_date >= periods.first_day
)

select
    held.owner_id,
    of_groups.metric,
    held.period_kind,
    held.period_start_date,
    of_groups.goal_value
from held
inner join of_groups
    on
        held.goal_group = of_groups.goal_group
        and held.period_kind = of_groups.period_kind
        and held.period_start_date = of_groups.period_start_date
where held.is_whole

union all

select
    held.owner_id,
    goals.metric,
    held.period_kind,
    held.period_start_date,
    sum(goals.goal_value) as goal_value
from held
inner join {{ ref('int_goals_daily') }} as goals
    on
        held.goal_group = goals.goal_group
        and goals.date_day between held.first_day and held.last_day
where not held.is_whole and goals.date_day between held.first_date and held.last_date
group by held.owner_id, goals.metric, held.period_kind, held.period_start_date
