select offers.plan_id

from {{ ref('pay_plans') }} as offers
left join {{ ref('pay_plan_tiers') }} as tiers
    on
        offers.plan_id = tiers.plan_id
        and tiers.from_attainment_ratio = 0
left join {{ ref('pay_plan_gates') }} as gates
    on offers.plan_id = gates.plan_id
where
    tiers.plan_id is null
    or gates.plan_id is null
