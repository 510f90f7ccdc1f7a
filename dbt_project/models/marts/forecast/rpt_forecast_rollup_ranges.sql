{#
    Where bookings end when a roll-up of the CRM says so much, by the scope's own past: the roll-up less the errors that it
    had at the same week of the quarters before. What was not in the CRM yet is in it, as it was in them. Never less
    than what is closed already.
#}
{% set kinds = ['closed', 'commit', 'best_case', 'weighted', 'default_weighted'] %}
{% set shares = {'p10': 0.9, 'p50': 0.5, 'p90': 0.1} %}

with forecasts as (
    {% for kind in kinds %}
    select
        scope_kind,
        scope_id,
        scope_name,
        {{ quoted(kind) }} as forecast_kind,
        fiscal_quarter_start_date,
        fiscal_quarter_label,
        week_number,
        closed_amount,
        {{ kind }}_amount as forecast_amount,
        cast({{ kind }}_amount - actual_amount as double) as error_amount,
        actual_amount,
        is_complete
    from {{ ref('rpt_forecast_rollups') }}
    where scope_kind <> 'owner'
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

errors as (
    -- what was forecast too much was booked too little
    select
        forecasts.scope_kind,
        forecasts.scope_id,
        forecasts.forecast_kind,
        forecasts.fiscal_quarter_start_date,
        forecasts.week_number,
        {% for name, share in shares.items() %}
        {{ percentile('earlier.error_amount', share) }} as {{ name }}_error,
        {% endfor %}
        count(earlier.error_amount) as earlier_quarter_count
    from forecasts
    inner join forecasts as earlier
        on
            forecasts.scope_kind = earlier.scope_kind
            and forecasts.scope_id = earlier.scope_id
            and forecasts.forecast_kind = earlier.forecast_kind
            and forecasts.week_number = earlier.week_number
            and forecasts.fiscal_quarter_start_date > earlier.fiscal_quarter_start_date
    where earlier.is_complete
    group by
        forecasts.scope_kind,
        forecasts.scope_id,
        forecasts.forecast_kind,
        forecasts.fiscal_quarter_start_date,
        forecasts.week_number
)

select
    forecasts.scope_kind,
    forecasts.scope_id,
    forecasts.scope_name,
    forecasts.forecast_kind,
    forecasts.fiscal_quarter_start_date,
    forecasts.fiscal_quarter_label,
    forecasts.week_number,
    errors.earlier_quarter_count,
    forecasts.forecast_amount,
    {% for name in shares %}
    cast(
        greatest(cast(forecasts.forecast_amount as double) - errors.{{ name }}_error, forecasts.closed_amount)
        as decimal(18, 2)
    ) as {{ name }}_amount,
    {% endfor %}
    forecasts.actual_amount,
    forecasts.is_complete
from forecasts
inner join errors
    on
        forecasts.scope_kind = errors.scope_kind
        and forecasts.scope_id = errors.scope_id
        and forecasts.forecast_kind = errors.forecast_kind
        and forecasts.fiscal_quarter_start_date = errors.fiscal_quarter_start_date
        and forecasts.week_number = errors.week_number
where errors.earlier_quarter_count >= {{ var('range_least_quarters') }}
