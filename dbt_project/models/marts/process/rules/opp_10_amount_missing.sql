select
    {{ deal_finding('OPP-10', "{deals.stage_name} asks for an amount, and there is none", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('dim_sales_stages') }} as own_stages
    on deals.sales_process = own_stages.sales_process and deals.stage_name = own_stages.stage_name
where
    deals.is_open
    and own_stages.is_amount_required
    -- in the deal's own currency: one without a rate has an amount too
    and coalesce(deals.record_amount, 0) = 0
