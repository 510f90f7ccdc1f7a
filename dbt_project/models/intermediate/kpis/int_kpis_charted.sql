{{ config(materialized='view') }}
{#
    Each figure beside its own past, as an individuals chart (XmR): mean ± 2.66 × mean moving range of up to twelve
    periods before; the running period against the same day of theirs. They are fetched side by side, in one pass.
#}
{% set before = range(1, 13) %}
{% set run_length = 8 %}

with figures as (

    select
        *,
        case when unknown_reason is null then actual end as known_actual,
        case when unknown_reason is null then to_same_day end as known_to_same_day
    from {{ ref('int_kpis_spined') }}

),

remembered as (

    select
        *,
        {% for number in before %}
        lag(known_actual, {{ number }}) over in_time as actual_{{ number }},
        {% endfor %}
        lag(known_to_same_day) over in_time as previous_to_same_day
    from figures
    window in_time as (partition by series_number order by period_start_date asc)

),

same_day as (

    select
        series_number,
        avg(known_to_same_day) as expected_actual,
        avg(case when periods_back < 12 then abs(known_to_same_day - previous_to_same_day) end)
            as moving_range

    from remembered
    where periods_back between 1 and 12
    group by series_number

),

counted as (

    select
        *,
        {% for number in before %}
        {{ '+ ' if not loop.first }}case when actual_{{ number }} is null then 0 else 1 end
        {% endfor %} as baseline_count,
        {% for number in before %}
        {{ '+ ' if not loop.first }}coalesce(actual_{{ number }}, 0)
        {% endfor %} as baseline_sum,
        {% for number in before[:-1] %}
        {{ '+ ' if not loop.first }}
        case when actual_{{ number }} - actual_{{ number + 1 }} is null then 0 else 1 end
        {% endfor %} as range_count,
        {% for number in before[:-1] %}
        {{ '+ ' if not loop.first }}coalesce(abs(actual_{{ number }} - actual_{{ number + 1 }}), 0)
        {% endfor %} as range_sum
    from remembered

),

charted as (

    select
        counted.*,
        counted.actual_1 as previous_actual,
        case
            when counted.is_current then same_day.expected_actual
            else counted.baseline_sum / nullif(counted.baseline_count, 0)
        end as expected_actual,
        2.66 * case
            when counted.is_current then same_day.moving_range
            else counted.range_sum / nullif(counted.range_count, 0)
        end as usual_variation

    from counted
    left join same_day
        on counted.series_number = same_day.series_number

),

placed as (

    select
        *,
        sum(case when known_actual > expected_actual then 1 else 0 end) over running as above_count,
        sum(case when known_actual < expected_actual then 1 else 0 end) over running as below_count

    from charted
    window running as (
        partition by series_number order by period_start_date asc
        rows between {{ run_length - 1 }} preceding and current row
    )

)

select
    period_kind,
    period_start_date,
    is_current,
    scope_kind,
    scope_id,
    scope_name,
    metric,
    known_actual,
    previous_actual,
    previous_to_same_day,
    baseline_count,
    expected_actual,
    usual_variation,
    above_count,
    below_count,
    unknown_reason

from placed
