{# A view: the stays are int_stage_spells_collapsed, and are written as they are told when published. #}

{{ config(materialized='view') }}

select
    spells.opportunity_id,
    spells.spell_number,
    opportunities.sales_process,
    spells.stage_name,
    stages.stage_order,
    spells.entered_at,
    spells.exited_at,
    spells.is_current,
    {{ elapsed_days('spells.entered_at', 'coalesce(spells.exited_at, as_of.as_of_at)') }} as duration_days,
    spells.next_stage_name,
    spells.provenance
from {{ ref('int_stage_spells_collapsed') }} as spells
cross join {{ ref('int_as_of') }} as as_of
inner join {{ ref('int_opportunities_classified') }} as opportunities
    on spells.opportunity_id = opportunities.opportunity_id
left join {{ ref('int_sales_stages_resolved') }} as stages
    on
        opportunities.sales_process = stages.sales_process
        and spells.stage_name = stages.stage_name
where not opportunities.is_deleted
