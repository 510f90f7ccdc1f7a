{# Told of the stage that a deal entered most often. #}

with judged as (

    {{ deals_judged_by('PATH-03') }}

),

thresholds as (

    {{ thresholds_of('PATH-03', ['entry_limit_count']) }}

),

entries as (

    select
        spells.opportunity_id,
        spells.stage_name,
        count(*) as entry_count
    from judged
    inner join thresholds
        on coalesce(judged.sales_process, '') = thresholds.sales_process
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    where not spells.is_closed
    group by spells.opportunity_id, spells.stage_name
    having count(*) >= max(thresholds.entry_limit_count)

),

ranked as (

    select
        *,
        row_number() over (partition by opportunity_id order by entry_count desc, stage_name asc) as place
    from entries

)

select
    'PATH-03' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Entered ' || ranked.stage_name || ' ' || cast(ranked.entry_count as {{ dbt.type_string() }})
    || ' times' as detail
from judged
inner join ranked
    on
        judged.opportunity_id = ranked.opportunity_id
        and ranked.place = 1
