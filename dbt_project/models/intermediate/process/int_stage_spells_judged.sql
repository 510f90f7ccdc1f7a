{# Put down once for the rules about ways; for how long each rule judges a closed deal is left to the rule. #}

with closed_lately as (
    select sales_process, max(threshold_value) as within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where threshold_name = 'closed_within_days'
    group by sales_process
)

select spells.*
from {{ ref('int_stage_spells_collapsed') }} as spells
inner join {{ ref('fct_opportunities') }} as opportunities
    on spells.opportunity_id = opportunities.opportunity_id
inner join closed_lately on coalesce(opportunities.sales_process, '') = closed_lately.sales_process
cross join {{ ref('int_as_of') }} as as_of
where
    opportunities.is_open
    or {{ dbt.datediff('opportunities.closed_at', 'as_of.as_of_at', 'day') }} <= closed_lately.within_days
