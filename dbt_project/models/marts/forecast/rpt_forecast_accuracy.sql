{#
    How far the CRM's own roll-ups were from what was booked in the end, by week of the quarter, over all quarters
    that have ended. Errors of sellers are added up without their signs beside the error of the sum, in which they
    cancel out.
#}

with forecasts as (
    {% for kind in ['closed', 'commit', 'best_case', 'weighted', 'default_weighted'] %}
    select
        scope_kind,
        scope_id,
        scope_name,
        fiscal_quarter_start_date,
        week_number,
        {{ quoted(kind) }} as forecast_kind,
        {{ kind }}_amount - actual_amount as error_amount,
        actual_amount,
        previous_actual_amount
    from {{ ref('rpt_forecast_rollups') }}
    where is_complete
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sellers as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        forecasts.forecast_kind,
        forecasts.week_number,
        sum(abs(forecasts.error_amount)) as error_amount,
        sum(forecasts.actual_amount) as actual_amount
    from forecasts
    inner join {{ ref('int_scopes_membered') }} as scopes
        on
            forecasts.scope_kind = 'owner'
            and forecasts.scope_id = scopes.owner_id
    {{ upon_last('where', is_renewed(['scopes.scope_kind', 'scopes.scope_id'])) }}
    group by scopes.scope_kind, scopes.scope_id, forecasts.forecast_kind, forecasts.week_number
),

summed as (
    select
        scope_kind,
        scope_id,
        max(scope_name) as scope_name,
        forecast_kind,
        week_number,
        count(*) as quarter_count,
        sum(actual_amount) as actual_amount,
        sum(error_amount) as error_amount,
        sum(abs(error_amount)) as absolute_error_amount,
        sum(case when previous_actual_amount is not null then abs(error_amount) end) as compared_error_amount,
        sum(abs(actual_amount - previous_actual_amount)) as naive_error_amount
    from forecasts
    {{ upon_last('where', is_renewed(['scope_kind', 'scope_id'])) }}
    group by scope_kind, scope_id, forecast_kind, week_number
)

select
    summed.scope_kind,
    summed.scope_id,
    summed.scope_name,
    summed.forecast_kind,
    summed.week_number,
    cast(summed.actual_amount as decimal(18, 2)) as actual_amount,
    cast(summed.error_amount as decimal(18, 2)) as error_amount,
    cast(summed.absolute_error_amount as decimal(18, 2)) as absolute_error_amount,
    {% for name, over, under in [
        ('wape_ratio', 'summed.absolute_error_amount', 'summed.actual_amount'),
        ('bias_ratio', 'summed.error_amount', 'summed.actual_amount'),
        ('mase_ratio', 'summed.compared_error_amount', 'summed.naive_error_amount'),
        ('seller_wape_ratio', 'sellers.error_amount', 'sellers.actual_amount'),
    ] %}
    case when {{ under }} > 0 then cast({{ over }} as double) / cast({{ under }} as double) end
        as {{ name }},
    {% endfor %}
    summed.quarter_count
from summed
left join sellers
    on
        summed.scope_kind = sellers.scope_kind
        and summed.scope_id = sellers.scope_id
        and summed.forecast_kind = sellers.forecast_kind
        and summed.week_number = sellers.week_number
