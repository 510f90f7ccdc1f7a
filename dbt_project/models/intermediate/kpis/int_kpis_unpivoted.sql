{{ config(materialized='view') }}
{#
    One row for each figure of the series that are told of, in the periods that are kept. What is said of a period and
    a scope is joined before, where there is one row for all their figures.
#}
{% set known = {'whole': 'is_whole_known', 'end': 'is_end_known', 'nothing': 'true', 'ratio': 'true'} %}

with charted as (

    select
        charted.*,
        told.period_kind,
        told.period_start_date,
        told.is_current,
        told.is_whole_known,
        told.is_end_known,
        cast(told.elapsed_ratio as double) as elapsed_ratio,
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name

    from {{ ref('int_kpis_charted') }} as charted
    inner join {{ ref('int_periods_told') }} as told
        on charted.told_number = told.told_number
    inner join {{ ref('int_scopes_numbered') }} as scopes
        on charted.scope_number = scopes.scope_number

),

figures as (

    {% for metric, needs in kpi_metrics().items() %}
    select
        period_kind,
        period_start_date,
        is_current,
        elapsed_ratio,
        scope_kind,
        scope_id,
        scope_name,
        {{ quoted(metric) }} as metric,
        {{ quoted(needs) }} as needs,
        {{ known[needs] }} as is_known,
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
