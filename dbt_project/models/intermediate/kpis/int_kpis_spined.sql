{{ config(materialized='view') }}
{#
    Every series with its figures, zero where nothing happened, so that the period before is always the row before. What
    the history does not reach is left empty.
#}
{% set known = {'whole': 'is_whole_known', 'end': 'is_end_known', 'nothing': 'true', 'ratio': 'true'} %}

with figures as (

    {% for metric, needs in kpi_metrics().items() %}
    select
        scope_number,
        kind_number,
        series_kind,
        {{ loop.index }} as metric_number,
        told_number,
        periods_back,
        is_to_same_day,
        is_kept,
        {% if needs == 'ratio' %}
        {{ metric }} as known_actual
        {% else %}
        case when {{ known[needs] }} then coalesce({{ metric }}, 0) end as known_actual
        {% endif %}

    from {{ ref('int_kpis_placed') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    (figures.scope_number * 100 + figures.metric_number) * 10 + figures.series_kind as series_number,
    figures.scope_number,
    figures.metric_number,
    figures.told_number,
    figures.periods_back,
    figures.is_to_same_day,
    figures.is_kept,
    figures.known_actual

from figures
inner join {{ ref('int_kpi_series_found') }} as series
    on
        figures.scope_number = series.scope_number
        and figures.kind_number = series.kind_number
        and figures.metric_number = series.metric_number
