select
    {{ deal_finding('OPP-06', "
        In {stage_name} for {stage_days|floor} days; nine of ten won deals took at most {baseline_days|ceiling}
    ", amount='amount') }}
from {{ ref('rpt_stalled_deals') }}
where is_too_long_in_stage
