{#
    Each figure beside its goal, its own past and the limits of its usual variation. The limits are those of an
    individuals chart (XmR): mean ± 2.66 × mean moving range of up to twelve complete periods before. A running
    period is held against what the past ones had on the same day, so a shortfall shows while there is time.
    A view: the numbers lie in int_kpis_compared, names and words are written when published.
#}

{{ config(materialized='view') }}

with figures as (
    select
        *,
        expected_actual is not null as has_limits,
        expected_actual - usual_variation as lower_limit,
        expected_actual + usual_variation as upper_limit
    from {{ ref('int_kpis_compared') }}
)

select
    told.period_kind,
    told.period_start_date,
    scopes.scope_kind,
    scopes.scope_id,
    scopes.scope_name,
    metrics.metric,
    figures.actual,
    figures.goal,
    figures.goal - figures.actual as gap,
    figures.actual / nullif(figures.goal, 0) as attainment_ratio,
    cast(told.elapsed_ratio as double) as elapsed_ratio,
    figures.goal * cast(told.elapsed_ratio as double) as goal_to_date,
    figures.previous_actual,
    figures.previous_to_same_day,
    figures.expected_actual,
    figures.lower_limit,
    figures.upper_limit,
    case
        when figures.actual is null or not figures.has_limits then 'too_few'
        when figures.actual > figures.upper_limit then 'above'
        when figures.actual < figures.lower_limit then 'below'
        else 'noise'
    end as variation,
    case
        when not figures.has_limits then 'too_few'
        when figures.trend_sign > 0 then 'rising'
        when figures.trend_sign < 0 then 'falling'
        else 'steady'
    end as trend,
    case
        when figures.goal is null or figures.actual is null then 'no_goal'
        when figures.actual >= figures.goal * cast(told.elapsed_ratio as double) then 'on_track'
        else 'behind'
    end as status,
    case
        when metrics.needs = 'whole' and not told.is_whole_known
            then 'The period begins before the history of deals is known.'
        when metrics.needs = 'end' and not told.is_end_known
            then 'The period ends before the history of deals is known.'
    end as unknown_reason,
    told.is_current
from figures
inner join {{ ref('int_periods_told') }} as told on figures.told_number = told.told_number
inner join {{ ref('int_scopes_numbered') }} as scopes on figures.scope_number = scopes.scope_number
inner join {{ ref('int_kpi_metrics_numbered') }} as metrics
    on figures.metric_number = metrics.metric_number
