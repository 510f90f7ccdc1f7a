select
    'OPP-10' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    deals.stage_name || ' asks for an amount, and there is none' as detail
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('dim_sales_stages') }} as own_stages
    on
        deals.sales_process = own_stages.sales_process
        and deals.stage_name = own_stages.stage_name
where
    deals.is_open
    and own_stages.is_amount_required
    -- in the deal's own currency: one without a rate has an amount too
    and coalesce(deals.record_amount, 0) = 0
