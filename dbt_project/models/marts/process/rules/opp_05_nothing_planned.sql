select
    'OPP-05' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    'No task is due later and no meeting is ahead'
    || coalesce('; it is to close on ' || cast(close_date as {{ dbt.type_string() }}), '') as detail
from {{ ref('fct_opportunities') }}
where
    is_open
    and next_activity_date is null
