{{ config(materialized='view') }}
{#
    Each figure beside its own past, as an individuals chart (XmR): mean ± 2.66 × mean moving range of up to twelve
    periods before; the running period against the same day of theirs.
#}
{% set run_length = 8 %}

with remembered as (

    select
        *,
        lag(known_actual) over (partition by series_number order by periods_back desc) as previous_actual

    from {{ ref('int_kpis_spined') }}

),

same_day as (

    select
        series_number - 4 as series_number,
        0 as periods_back,
        avg(known_actual) as expected_actual,
        2.66 * avg(abs(known_actual - previous_actual)) as usual_variation,
        max(case when periods_back = 1 then known_actual end) as previous_actual

    from remembered
    where is_to_same_day
    group by series_number

),

measured as (

    select
        *,
        avg(known_actual) over before as expected_actual,
        count(known_actual) over before as baseline_count,
        2.66 * avg(abs(known_actual - previous_actual)) over between_them as usual_variation

    from remembered
    where not is_to_same_day
    window
        before as (
            partition by series_number order by periods_back desc
            rows between 12 preceding and 1 preceding
        ),
        between_them as (
            partition by series_number order by periods_back desc
            rows between 11 preceding and 1 preceding
        )

),

charted as (

    select
        measured.series_number,
        measured.scope_number,
        measured.metric_number,
        measured.told_number,
        measured.periods_back,
        measured.is_kept,
        measured.known_actual,
        measured.previous_actual,
        same_day.previous_actual as previous_to_same_day,
        measured.baseline_count,
        case when measured.periods_back = 0 then same_day.expected_actual else measured.expected_actual end
            as expected_actual,
        case when measured.periods_back = 0 then same_day.usual_variation else measured.usual_variation end
            as usual_variation

    from measured
    left join same_day
        on
            measured.series_number = same_day.series_number
            and measured.periods_back = same_day.periods_back

)

select
    *,
    -- eight where all the last eight figures lie above what was expected of them, minus eight where below
    sum(
        case
            when known_actual > expected_actual then 1
            when known_actual < expected_actual then -1
            else 0
        end
    ) over (
        partition by series_number order by periods_back desc
        rows between {{ run_length - 1 }} preceding and current row
    ) as side_sum

from charted
