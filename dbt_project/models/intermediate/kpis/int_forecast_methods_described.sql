{# How each quarter's forecast is made, and what it leaves out, in words. #}
{% set left_out = '; deals not yet created, due later or overdue from before are not counted' %}
{% set within = 'Share of deals of the same stage that were won within the quarter'
    ~ ' from the same point of the last ' %}
{% set ever = 'Empirical stage win rates; close dates taken as entered' %}

with quarters as (
    select *, case when is_current_quarter then 'current' else 'next' end as horizon
    from {{ ref('int_forecast_quarters') }}
),

rates as (
    select horizon, max(quarter_count) as quarter_count
    from {{ ref('int_quarter_win_rates_estimated') }}
    group by horizon
)

select
    quarters.fiscal_quarter_start_date,
    case
        when rates.quarter_count is null then {{ quoted(ever ~ left_out) }}
        else
            concat(
                {{ quoted(within) }},
                cast(rates.quarter_count as {{ dbt.type_string() }}),
                {{ quoted(' quarters' ~ left_out) }}
            )
    end as forecast_method
from quarters
left join rates on quarters.horizon = rates.horizon
