select
    'OPP-13' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'The probability is '
    || cast(cast(round(100 * deals.probability_rate, 0) as bigint) as {{ dbt.type_string() }})
    || ' %; that of ' || deals.stage_name || ' is '
    || cast(cast(round(100 * own_stages.default_probability_rate, 0) as bigint) as {{ dbt.type_string() }})
    || ' %' as detail
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('int_stages_described') }} as own_stages
    on deals.stage_name = own_stages.stage_name
where
    deals.is_open
    -- a percent is what people see and write
    and round(100 * deals.probability_rate, 0) <> round(100 * own_stages.default_probability_rate, 0)
