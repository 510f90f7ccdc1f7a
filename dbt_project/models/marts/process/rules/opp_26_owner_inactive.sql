select
    'OPP-26' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'Owned by ' || coalesce(owners.user_name, 'somebody') || ', who does not work here any more' as detail
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('dim_users') }} as owners
    on deals.owner_id = owners.user_id
where
    deals.is_open
    and not owners.is_active
