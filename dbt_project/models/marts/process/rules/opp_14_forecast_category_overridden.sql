with stages as (
    select stage_name, max(forecast_category) as default_category
    from {{ ref('stg_salesforce__opportunity_stages') }}
    group by stage_name
)

select
    {{ deal_finding('OPP-14', "
        Forecast as {forecast_category}; deals in {deals.stage_name} are {default_category}
    ") }}
from {{ ref('fct_opportunities') }} as deals
inner join stages on deals.stage_name = stages.stage_name
where deals.is_open and deals.forecast_category <> stages.default_category
