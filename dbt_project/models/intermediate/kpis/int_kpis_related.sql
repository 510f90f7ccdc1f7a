{{ config(materialized='view') }}
{# The figures with the rates and averages that come of them, each from two sums of one population. #}
{% set ratios = {
    'win_rate': ('won_count', ['won_count', 'lost_count']),
    'win_value_rate': ('bookings_amount', ['bookings_amount', 'lost_amount']),
    'average_deal_amount': ('sized_won_amount', ['sized_won_count']),
    'average_cycle_days': ('won_cycle_days', ['won_count']),
    'average_qualified_cycle_days': ('qualified_cycle_days', ['qualified_won_count']),
} %}

select
    sums.scope_number,
    sums.told_number,
    {% for measure in kpi_flows() + kpi_levels() %}
    cast(sums.{{ measure }} as double) as {{ measure }},
    {% endfor %}
    {% for metric, (over, under) in ratios.items() %}
    coalesce(cast(sums.{{ over }} as double), 0) / nullif(
        {% for part in under %}
        {{ '+ ' if not loop.first }}coalesce(cast(sums.{{ part }} as double), 0)
        {%- endfor %}, 0
    ) as {{ metric }},
    {% endfor %}
    medians.median_deal_amount,
    medians.median_cycle_days,
    medians.median_qualified_cycle_days
from {{ ref('int_kpis_measured') }} as sums
left join {{ ref('int_win_medians_measured') }} as medians
    on sums.scope_number = medians.scope_number and sums.told_number = medians.told_number
