{# What each open deal due in this or the next fiscal quarter adds to the forecast, and by which rate. #}

with deals as (
    -- a deal that its owner left out of the forecast on purpose stays out
    select * from {{ ref('fct_opportunities') }}
    where is_open and coalesce(forecast_category, '') <> 'Omitted'
),

rated as (
    select
        deals.*,
        quarters.fiscal_quarter_start_date as due_quarter_start_date,
        coalesce(rates.win_rate, deals.stage_win_rate, deals.probability_rate) as win_rate,
        case
            when rates.win_rate is not null then 'in_quarter'
            when deals.stage_win_rate is not null then 'ever'
            else 'crm'
        end as rate_source
    from deals
    inner join {{ ref('int_forecast_quarters') }} as quarters
        on deals.close_date between quarters.fiscal_quarter_start_date and quarters.fiscal_quarter_end_date
    left join {{ ref('int_quarter_win_rates_estimated') }} as rates
        on
            rates.horizon = case when quarters.is_current_quarter then 'current' else 'next' end
            and deals.sales_process = rates.sales_process
            and deals.stage_name = rates.stage_name
)

select
    opportunity_id,
    due_quarter_start_date as fiscal_quarter_start_date,
    owner_id,
    owner_name,
    sales_process,
    stage_name,
    forecast_category,
    amount,
    close_date,
    cast(win_rate as double) as win_rate,
    rate_source,
    cast(amount * win_rate as decimal(18, 2)) as expected_amount
from rated
