{#
    Each figure beside its goal, its own past and how far it usually varies, in numbers alone: fct_kpis says in words
    what they mean. Scope, period and metric by their numbers, as a text costs ten times as much to write.
#}
{% set fewest_periods = 6 %}
{% set run_length = 8 %}

with figures as (
    select *, baseline_count >= {{ fewest_periods }} as has_limits
    from {{ ref('int_kpis_unpivoted') }}
)

select
    figures.scope_number,
    figures.told_number,
    cast(figures.metric_number as smallint) as metric_number,
    figures.known_actual as actual,
    cast(goals.goal_value as double) as goal,
    figures.previous_actual,
    figures.previous_to_same_day,
    case when figures.has_limits then figures.expected_actual end as expected_actual,
    case when figures.has_limits then figures.usual_variation end as usual_variation,
    cast(
        case
            when figures.side_sum >= {{ run_length }} then 1
            when figures.side_sum <= -{{ run_length }} then -1
            else 0
        end as smallint
    ) as trend_sign
from figures
left join {{ ref('int_kpi_goals') }} as goals
    on
        figures.scope_number = goals.scope_number
        and figures.told_number = goals.told_number
        and figures.metric_number = goals.metric_number
