with stages as (

    select
        stage_name,
        max(forecast_category) as default_category
    from {{ ref('stg_salesforce__opportunity_stages') }}
    group by stage_name

)

select
    'OPP-14' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'Forecast as '
    || deals.forecast_category
    || '; deals in '
    || deals.stage_name
    || ' are '
    || stages.default_category
        as detail
from {{ ref('fct_opportunities') }} as deals
inner join stages
    on deals.stage_name = stages.stage_name
where
    deals.is_open
    and deals.forecast_category <> stages.default_category
