{{ config(materialized='view') }}
{#
    Each figure beside its own past: the periods before, what was to be expected of it and how far it usually varies
    (an individuals chart, XmR: mean ± 2.66 × mean moving range of up to twelve periods before). The running period is
    held against what the past ones had on the same day.
#}
{% set baseline_periods = 12 %}
{% set run_length = 8 %}

with figures as (

    select
        *,
        case when unknown_reason is null then actual end as known_actual,
        case when unknown_reason is null then to_same_day end as known_to_same_day

    from {{ ref('int_kpis_spined') }}

),

ranged as (

    select
        *,
        abs(known_actual - lag(known_actual) over in_time) as moving_range,
        abs(known_to_same_day - lag(known_to_same_day) over in_time) as same_day_moving_range

    from figures
    window in_time as (partition by scope_kind, scope_id, metric, period_kind order by period_start_date asc)

),

charted as (

    select
        *,
        lag(known_actual) over in_time as previous_actual,
        lag(known_to_same_day) over in_time as previous_to_same_day,
        count(known_actual) over baseline as baseline_count,
        case
            when is_current then avg(known_to_same_day) over baseline else avg(known_actual) over baseline
        end
            as expected_actual,
        2.66 * case
            when is_current then avg(same_day_moving_range) over ranges else avg(moving_range) over ranges
        end as usual_variation

    from ranged
    window
        in_time as (partition by scope_kind, scope_id, metric, period_kind order by period_start_date asc),
        baseline as (
            partition by scope_kind, scope_id, metric, period_kind order by period_start_date asc
            rows between {{ baseline_periods }} preceding and 1 preceding
        ),
        ranges as (
            partition by scope_kind, scope_id, metric, period_kind order by period_start_date asc
            rows between {{ baseline_periods - 1 }} preceding and 1 preceding
        )

),

placed as (

    select
        *,
        sum(case when known_actual > expected_actual then 1 else 0 end) over running as above_count,
        sum(case when known_actual < expected_actual then 1 else 0 end) over running as below_count

    from charted
    window running as (
        partition by scope_kind, scope_id, metric, period_kind order by period_start_date asc
        rows between {{ run_length - 1 }} preceding and current row
    )

)

select * from placed
