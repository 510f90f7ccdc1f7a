with judged as (

    {{ deals_judged_by('OPP-20') }}

)

select
    'OPP-20' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    -- nothing of a closed deal is at risk any more
    cast(0 as decimal(18, 2)) as at_risk_amount,
    'Lost on '
    || cast({{ local_date('closed_at') }} as {{ dbt.type_string() }})
    || ' without a reason' as detail
from judged
where
    is_lost
    and coalesce(trim(loss_reason), '') = ''
