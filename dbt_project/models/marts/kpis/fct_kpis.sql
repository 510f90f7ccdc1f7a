{#
    Each figure beside its goal, its own past and the limits of its usual variation. The limits are those of an
    individuals chart (XmR): mean ± 2.66 × mean moving range of up to twelve complete periods before. A running
    period is held against what the past ones had on the same day, so a shortfall shows while there is time.
#}
{% set fewest_periods = 6 %}
{% set run_length = 8 %}

with placed as (

    select * from {{ ref('int_kpis_charted') }}

)

select
    placed.period_kind,
    placed.period_start_date,
    placed.scope_kind,
    placed.scope_id,
    placed.scope_name,
    placed.metric,
    cast(placed.known_actual as double) as actual,
    cast(goals.goal_value as double) as goal,
    cast(goals.goal_value as double) - placed.known_actual as gap,
    placed.known_actual / nullif(cast(goals.goal_value as double), 0) as attainment_ratio,
    cast(elapsed.elapsed_ratio as double) as elapsed_ratio,
    cast(goals.goal_value as double) * elapsed.elapsed_ratio as goal_to_date,
    placed.previous_actual,
    placed.previous_to_same_day,
    case when placed.baseline_count >= {{ fewest_periods }} then placed.expected_actual end
        as expected_actual,
    case
        when
            placed.baseline_count >= {{ fewest_periods }}
            then placed.expected_actual - placed.usual_variation
    end
        as lower_limit,
    case
        when
            placed.baseline_count >= {{ fewest_periods }}
            then placed.expected_actual + placed.usual_variation
    end
        as upper_limit,
    case
        when placed.known_actual is null or placed.baseline_count < {{ fewest_periods }} then 'too_few'
        when placed.known_actual > placed.expected_actual + placed.usual_variation then 'above'
        when placed.known_actual < placed.expected_actual - placed.usual_variation then 'below'
        else 'noise'
    end as variation,
    case
        when placed.baseline_count < {{ fewest_periods }} then 'too_few'
        when placed.above_count >= {{ run_length }} then 'rising'
        when placed.below_count >= {{ run_length }} then 'falling'
        else 'steady'
    end as trend,
    case
        when goals.goal_value is null or placed.known_actual is null then 'no_goal'
        when placed.known_actual >= cast(goals.goal_value as double) * elapsed.elapsed_ratio then 'on_track'
        else 'behind'
    end as status,
    placed.unknown_reason,
    placed.is_current

from placed
inner join {{ ref('dim_periods') }} as elapsed
    on
        placed.period_kind = elapsed.period_kind
        and placed.period_start_date = elapsed.period_start_date
left join {{ ref('int_kpi_goals') }} as goals
    on
        placed.scope_kind = goals.scope_kind
        and placed.scope_id = goals.scope_id
        and placed.period_kind = goals.period_kind
        and placed.period_start_date = goals.period_start_date
        and placed.metric = goals.metric
