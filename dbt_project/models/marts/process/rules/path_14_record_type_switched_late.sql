{#
    Judged by where the stage of the time stands in the process that the deal has now. Told of the last switch.
#}

with judged as (

    {{ deals_judged_by('PATH-14') }}

),

proposals as (

    {{ proposals_by('PATH-14') }}

),

switches as (

    select
        changes.opportunity_id,
        changes.changed_at,
        changes.old_value,
        changes.new_value,
        spells.stage_name,
        row_number() over (partition by changes.opportunity_id order by changes.change_number desc) as recency
    from judged
    inner join {{ ref('fct_opportunity_changes') }} as changes
        on
            judged.opportunity_id = changes.opportunity_id
            and changes.field_name = 'RecordType'
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on
            judged.opportunity_id = spells.opportunity_id
            and changes.changed_at >= spells.entered_at
            and (spells.exited_at is null or changes.changed_at < spells.exited_at)
    inner join {{ ref('dim_sales_stages') }} as own_stages
        on
            judged.sales_process = own_stages.sales_process
            and spells.stage_name = own_stages.stage_name
    inner join proposals
        on judged.sales_process = proposals.sales_process
    where own_stages.stage_order >= proposals.proposal_order

)

select
    'PATH-14' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'The record type was switched from ' || coalesce(old_types.record_type_name, 'none')
    || ' to ' || coalesce(new_types.record_type_name, 'none')
    || ' in ' || switches.stage_name
    || ' on ' || cast({{ local_date('switches.changed_at') }} as {{ dbt.type_string() }}) as detail
from judged
inner join switches
    on
        judged.opportunity_id = switches.opportunity_id
        and switches.recency = 1
left join {{ ref('stg_salesforce__record_types') }} as old_types
    on switches.old_value = old_types.record_type_id
left join {{ ref('stg_salesforce__record_types') }} as new_types
    on switches.new_value = new_types.record_type_id
