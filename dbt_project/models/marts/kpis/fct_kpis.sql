{#
    Each figure beside its goal, its own past and the limits of its usual variation. The limits are those of an
    individuals chart (XmR): mean ± 2.66 × mean moving range of up to twelve complete periods before. A running
    period is held against what the past ones had on the same day, so a shortfall shows while there is time.
#}
{% set fewest_periods = 6 %}
{% set run_length = 8 %}

with figures as (

    select
        *,
        baseline_count >= {{ fewest_periods }} as has_limits

    from {{ ref('int_kpis_unpivoted') }}

)

select
    figures.period_kind,
    figures.period_start_date,
    figures.scope_kind,
    figures.scope_id,
    figures.scope_name,
    figures.metric,
    figures.known_actual as actual,
    cast(goals.goal_value as double) as goal,
    cast(goals.goal_value as double) - figures.known_actual as gap,
    figures.known_actual / nullif(cast(goals.goal_value as double), 0) as attainment_ratio,
    figures.elapsed_ratio,
    cast(goals.goal_value as double) * figures.elapsed_ratio as goal_to_date,
    figures.previous_actual,
    figures.previous_to_same_day,
    case when figures.has_limits then figures.expected_actual end as expected_actual,
    case when figures.has_limits then figures.expected_actual - figures.usual_variation end as lower_limit,
    case when figures.has_limits then figures.expected_actual + figures.usual_variation end as upper_limit,
    case
        when figures.known_actual is null or not figures.has_limits then 'too_few'
        when figures.known_actual > figures.expected_actual + figures.usual_variation then 'above'
        when figures.known_actual < figures.expected_actual - figures.usual_variation then 'below'
        else 'noise'
    end as variation,
    case
        when not figures.has_limits then 'too_few'
        when figures.side_sum >= {{ run_length }} then 'rising'
        when figures.side_sum <= -{{ run_length }} then 'falling'
        else 'steady'
    end as trend,
    case
        when goals.goal_value is null or figures.known_actual is null then 'no_goal'
        when figures.known_actual >= cast(goals.goal_value as double) * figures.elapsed_ratio then 'on_track'
        else 'behind'
    end as status,
    case
        when figures.is_known then null
        when figures.needs = 'whole' then 'The period begins before the history of deals is known.'
        else 'The period ends before the history of deals is known.'
    end as unknown_reason,
    figures.is_current

from figures
left join {{ ref('int_kpi_goals') }} as goals
    on
        figures.scope_number = goals.scope_number
        and figures.told_number = goals.told_number
        and figures.metric_number = goals.metric_number
