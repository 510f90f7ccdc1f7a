select
    {{ deal_finding('OPP-13', "
        The probability is {100 * deals.probability_rate|round} %; that of {deals.stage_name} is
        {100 * own_stages.default_probability_rate|round} %
    ", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('int_stages_described') }} as own_stages
    on deals.stage_name = own_stages.stage_name
where
    deals.is_open
    -- a percent is what people see and write
    and round(100 * deals.probability_rate, 0) <> round(100 * own_stages.default_probability_rate, 0)
