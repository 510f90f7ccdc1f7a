select
    'OPP-06' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    'In ' || stage_name || ' for ' || cast(cast(floor(stage_days) as bigint) as {{ dbt.type_string() }})
    || ' days; nine of ten won deals took at most '
    || cast(cast(ceiling(baseline_days) as bigint) as {{ dbt.type_string() }}) as detail
from {{ ref('rpt_stalled_deals') }}
where is_too_long_in_stage
