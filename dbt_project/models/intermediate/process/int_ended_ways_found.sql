{#
    The way of each deal that ended lately and has a described process: the open stages it was in, in order, those of other
    processes among them. A deal that was never in an open stage has an empty way.
#}

with judged as {{ judged_deals('PATH-06') }}

select
    judged.opportunity_id,
    judged.sales_process,
    judged.is_won,
    coalesce(
        {{ dbt.listagg('spells.stage_name', "' > '", 'order by spells.spell_number asc') }}, ''
    ) as way
from judged
inner join {{ ref('dim_sales_processes') }} as processes
    on
        judged.sales_process = processes.sales_process
        and not processes.is_inferred
left join {{ ref('int_stage_spells_judged') }} as spells
    on
        judged.opportunity_id = spells.opportunity_id
        and not spells.is_closed
where judged.is_closed
group by judged.opportunity_id, judged.sales_process, judged.is_won
