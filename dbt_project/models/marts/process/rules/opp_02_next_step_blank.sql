with opportunities as (

    select * from {{ ref('fct_opportunities') }}
    where is_open

)

select
    'OPP-02' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    'No next step is written down; the deal is in ' || stage_name as detail
from opportunities
where trim(coalesce(next_step, '')) = ''
