{#
    How many stages must be put in or taken out of each distinct way to make it the nearest allowed way of its process;
    that of a lost deal may end early. An allowed way has each stage once, so what it has in common with another is
    the longest chain of visits that keeps its order. (A chain counts once for its end and length: `union`, not all.)
#}

{{ config(materialized='view') }}

with recursive ways as (
    select sales_process, is_won, way, min(opportunity_id) as opportunity_id
    from {{ ref('int_ended_ways_found') }}
    group by sales_process, is_won, way
),

visits as (
    select
        ways.*,
        spells.stage_name,
        spells.spell_number,
        count(spells.spell_number) over (partition by ways.opportunity_id) as visit_count
    from ways
    left join {{ ref('int_stage_spells_judged') }} as spells
        on ways.opportunity_id = spells.opportunity_id and not spells.is_closed
),

matches as (
    select
        visits.*,
        allowed.variant_name,
        allowed.stage_count,
        case when visits.stage_name = allowed.stage_name then allowed.place end as place
    from visits
    inner join {{ ref('int_allowed_ways_listed') }} as allowed
        on visits.sales_process = allowed.sales_process
),

chains as (
    select opportunity_id, variant_name, spell_number, place, 1 as step_count
    from matches
    where place is not null
    union
    select
        matches.opportunity_id,
        matches.variant_name,
        matches.spell_number,
        matches.place,
        chains.step_count + 1 as step_count
    from chains
    inner join matches
        on
            chains.opportunity_id = matches.opportunity_id
            and chains.variant_name = matches.variant_name
            and chains.spell_number < matches.spell_number
            and chains.place < matches.place
),

priced as (
    select
        matches.sales_process,
        matches.is_won,
        matches.way,
        matches.variant_name,
        max(matches.visit_count) + case
            when matches.is_won then max(matches.stage_count) - 2 * coalesce(max(chains.step_count), 0)
            -- to the allowed way as far as its last stage in common with this one, or to none of it
            else least(0, coalesce(min(chains.place - 2 * chains.step_count), 0))
        end as move_count
    from matches
    left join chains
        on
            matches.opportunity_id = chains.opportunity_id
            and matches.variant_name = chains.variant_name
    group by matches.sales_process, matches.is_won, matches.way, matches.variant_name
)

select sales_process, is_won, way, variant_name, move_count
from (
    select
        *,
        row_number() over (
            partition by sales_process, is_won, way
            order by move_count asc, variant_name asc
        ) as nearness
    from priced
) as ranked
where nearness = 1
