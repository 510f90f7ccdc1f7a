{{ config(materialized='view') }}
{# One row for each figure of the series that are told of, in the periods that are kept. #}

with charted as (
    select * from {{ ref('int_kpis_charted') }}
),

figures as (
    {% for metric in kpi_metrics() %}
    select
        {{ metric }} as known_actual,
        previous_{{ metric }} as previous_actual,
        same_day_{{ metric }} as previous_to_same_day,
        expected_{{ metric }} as expected_actual,
        variation_of_{{ metric }} as usual_variation,
        count_of_{{ metric }} as baseline_count,
        side_of_{{ metric }} as side_sum,
        scope_number,
        kind_number,
        told_number,
        {{ loop.index }} as metric_number
    from charted
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select figures.*
from figures
inner join {{ ref('int_kpi_series_found') }} as series
    on
        figures.scope_number = series.scope_number
        and figures.kind_number = series.kind_number
        and figures.metric_number = series.metric_number
where not series.is_gone
