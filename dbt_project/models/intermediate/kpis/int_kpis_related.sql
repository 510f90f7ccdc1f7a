{# The figures with the rates and averages that come of them, each from two sums of one population. #}
{% set ratios = {
    'win_rate': ('won_count', ['won_count', 'lost_count']),
    'win_value_rate': ('bookings_amount', ['bookings_amount', 'lost_amount']),
    'average_deal_amount': ('sized_won_amount', ['sized_won_count']),
    'average_cycle_days': ('won_cycle_days', ['won_count']),
    'average_qualified_cycle_days': ('qualified_cycle_days', ['qualified_won_count']),
} %}

{{ config(materialized='view') }}

with sums as (

    select * from {{ ref('int_kpis_measured') }}

),

figures as (

    select * from sums

    {% for metric, (over, under) in ratios.items() %}
    union all

    select
        period_kind,
        period_start_date,
        scope_kind,
        scope_id,
        {{ quoted(metric) }} as metric,
        coalesce(sum(case when metric = '{{ over }}' then actual end), 0)
        / nullif(sum(case when metric in {{ quoted_list(under) }} then actual end), 0) as actual,
        coalesce(sum(case when metric = '{{ over }}' then to_same_day end), 0)
        / nullif(sum(case when metric in {{ quoted_list(under) }} then to_same_day end), 0) as to_same_day

    from sums
    where metric in {{ quoted_list([over] + under) }}
    group by period_kind, period_start_date, scope_kind, scope_id
    {% endfor %}

    union all

    select * from {{ ref('int_win_medians_measured') }}

)

select * from figures
