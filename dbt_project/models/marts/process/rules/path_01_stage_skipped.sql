{#
    A stage counts as skipped when a deal stands beyond it in its own process and has never been in it.
    Stages before the first one of its own that the deal was in are not held against it.
#}

with judged as {{ judged_deals('PATH-01') }},

visited as (
    select
        judged.opportunity_id,
        own_stages.*,
        row_number() over (partition by judged.opportunity_id order by spells.spell_number asc) as own_number,
        -- losing a deal early skips nothing
        own_stages.is_closed and not own_stages.is_won as is_loss
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    inner join {{ ref('dim_sales_stages') }} as own_stages
        on judged.sales_process = own_stages.sales_process and spells.stage_name = own_stages.stage_name
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
        {{ dbt.listagg("passed.stage_name", "', '", "order by passed.stage_order") }} as stage_names
    from reached
    inner join {{ ref('dim_sales_stages') }} as passed
        on
            reached.sales_process = passed.sales_process
            and not passed.is_closed
            and passed.stage_order > reached.entry_order
            and passed.stage_order < reached.furthest_order
    inner join {{ ref('dim_sales_stages') }} as furthest
        on
            reached.sales_process = furthest.sales_process
            and reached.furthest_order = furthest.stage_order
            and not (furthest.is_closed and not furthest.is_won)
    left join visited
        on
            reached.opportunity_id = visited.opportunity_id
            and passed.stage_name = visited.stage_name
            and not visited.is_loss
    where visited.opportunity_id is null
    group by reached.opportunity_id
)

select
    {{ deal_finding('PATH-01', "Went to {furthest_stage_name} without passing {stage_names}", of='judged') }}
from judged
inner join skipped on judged.opportunity_id = skipped.opportunity_id
