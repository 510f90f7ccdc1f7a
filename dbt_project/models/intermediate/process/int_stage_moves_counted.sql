{#
    What PATH-10 compares. A loss is no move: how often a seller loses tells nothing of the way the deals went. Nor is what
    happens after a deal was closed.
#}

with thresholds as (
    {{ thresholds_of('PATH-10', ['ended_within_days']) }}
),

deals as (
    select opportunities.opportunity_id, opportunities.sales_process, opportunities.owner_id
    from {{ ref('fct_opportunities') }} as opportunities
    cross join {{ ref('int_as_of') }} as as_of
    inner join thresholds on opportunities.sales_process = thresholds.sales_process
    where
        opportunities.is_open
        or {{ dbt.datediff('opportunities.closed_at', 'as_of.as_of_at', 'day') }}
        <= thresholds.ended_within_days
)

select
    deals.opportunity_id,
    deals.sales_process,
    deals.owner_id,
    spells.stage_name as from_stage_name,
    next_spells.stage_name as to_stage_name,
    cast(count(*) as double) as move_count
from deals
inner join {{ ref('int_stage_spells_collapsed') }} as spells
    on deals.opportunity_id = spells.opportunity_id
inner join {{ ref('int_stage_spells_collapsed') }} as next_spells
    on
        spells.opportunity_id = next_spells.opportunity_id
        and spells.spell_number + 1 = next_spells.spell_number
where not spells.is_closed and (next_spells.is_won or not next_spells.is_closed)
group by
    deals.opportunity_id,
    deals.sales_process,
    deals.owner_id,
    spells.stage_name,
    next_spells.stage_name
