{#
    A stay that ended before the deal was switched to another record type was in the process of the time; the switch
    has a rule of its own.
#}

with judged as {{ judged_deals('PATH-04') }},

switched as (
    select opportunity_id, max(changed_at) as switched_at
    from {{ ref('fct_opportunity_changes') }}
    where field_name = 'RecordType'
    group by opportunity_id
),

outside as (
    select
        spells.*,
        row_number() over (partition by spells.opportunity_id order by spells.spell_number desc) as recency
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    left join {{ ref('dim_sales_stages') }} as own_stages
        on judged.sales_process = own_stages.sales_process and spells.stage_name = own_stages.stage_name
    left join switched on judged.opportunity_id = switched.opportunity_id
    where
        spells.stage_name is not null
        and own_stages.stage_name is null
        and (switched.switched_at is null or spells.is_current or spells.exited_at > switched.switched_at)
)

select
    {{ deal_finding('PATH-04', "
        {case when outside.is_current then 'Stands in' else 'Was in' end} {outside.stage_name}
        {case when outside.is_current then 'since' else 'from' end} {entered_at|date},
        which is no stage of the process {sales_process}
    ", of='judged') }}
from judged
inner join outside on judged.opportunity_id = outside.opportunity_id and outside.recency = 1
