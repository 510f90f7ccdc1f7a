with judged as (

    {{ deals_judged_by('OPP-27') }}

)

select
    'OPP-27' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when is_open then amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Belongs to no account' as detail
from judged
where account_id is null
