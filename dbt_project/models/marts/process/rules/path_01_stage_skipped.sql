{#
    A stage counts as skipped when a deal stands beyond it in its own process and has never been in it.
    Stages before the first one of its own that the deal was in are not held against it.
#}

with judged as (

    {{ deals_judged_by('PATH-01') }}

),

stages as (

    select * from {{ ref('dim_sales_stages') }}

),

visited as (

    select
        judged.opportunity_id,
        judged.sales_process,
        stages.stage_name,
        stages.stage_order,
        row_number() over (partition by judged.opportunity_id order by spells.spell_number asc) as own_number,
        -- losing a deal early skips nothing
        stages.is_closed and not stages.is_won as is_loss
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    inner join stages
        on judged.sales_process = stages.sales_process
            and spells.stage_name = stages.stage_name

),

reached as (

    select
        opportunity_id,
        sales_process,
        min(case when own_number = 1 then stage_order end) as entry_order,
        max(case when not is_loss then stage_order end) as furthest_order
    from visited
    group by opportunity_id, sales_process

),

skipped as (

    select
        reached.opportunity_id,
        max(furthest.stage_name) as furthest_stage_name,
        {{ dbt.listagg("stages.stage_name", "', '", "order by stages.stage_order") }} as stage_names
    from reached
    inner join stages
        on reached.sales_process = stages.sales_process
            and not stages.is_closed
            and stages.stage_order > reached.entry_order
            and stages.stage_order < reached.furthest_order
    inner join stages as furthest
        on reached.sales_process = furthest.sales_process
            and reached.furthest_order = furthest.stage_order
            and not (furthest.is_closed and not furthest.is_won)
    left join visited
        on reached.opportunity_id = visited.opportunity_id
            and stages.stage_name = visited.stage_name
            and not visited.is_loss
    where visited.opportunity_id is null
    group by reached.opportunity_id

)

select
    'PATH-01' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Went to ' || skipped.furthest_stage_name || ' without passing ' || skipped.stage_names as detail
from judged
inner join skipped on judged.opportunity_id = skipped.opportunity_id
