{# Told of the stage that a deal entered most often. #}

with judged as {{ judged_deals('PATH-03', ['entry_limit_count']) }},

entries as (
    select
        spells.opportunity_id,
        spells.stage_name,
        count(*) as entry_count,
        row_number() over (
            partition by spells.opportunity_id order by count(*) desc, spells.stage_name asc
        ) as place
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
    where not spells.is_closed
    group by spells.opportunity_id, spells.stage_name
    having count(*) >= max(judged.entry_limit_count)
)

select
    {{ deal_finding('PATH-03', "Entered {entries.stage_name} {entry_count} times", of='judged') }}
from judged
inner join entries on judged.opportunity_id = entries.opportunity_id and entries.place = 1
