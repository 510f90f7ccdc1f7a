{#
    Judged by where the stage of the time stands in the process that the deal has now. Told of the last switch.
#}

with judged as {{ judged_deals('PATH-14') }},

switches as (
    select
        changes.*,
        spells.stage_name as stage_of_the_time,
        row_number() over (partition by changes.opportunity_id order by changes.change_number desc) as recency
    from judged
    inner join {{ ref('fct_opportunity_changes') }} as changes
        on judged.opportunity_id = changes.opportunity_id and changes.field_name = 'RecordType'
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on
            judged.opportunity_id = spells.opportunity_id
            and changes.changed_at >= spells.entered_at
            and (spells.exited_at is null or changes.changed_at < spells.exited_at)
    inner join {{ ref('dim_sales_stages') }} as own_stages
        on judged.sales_process = own_stages.sales_process and spells.stage_name = own_stages.stage_name
    inner join {{ proposals_by('PATH-14') }} as proposals
        on judged.sales_process = proposals.sales_process
    where own_stages.stage_order >= proposals.proposal_order
)

select
    {{ deal_finding('PATH-14', "
        The record type was switched from {coalesce(old_types.record_type_name, 'none')}
        to {coalesce(new_types.record_type_name, 'none')} in {stage_of_the_time} on {changed_at|date}
    ", of='judged') }}
from judged
inner join switches on judged.opportunity_id = switches.opportunity_id and switches.recency = 1
left join {{ ref('stg_salesforce__record_types') }} as old_types
    on switches.old_value = old_types.record_type_id
left join {{ ref('stg_salesforce__record_types') }} as new_types
    on switches.new_value = new_types.record_type_id
