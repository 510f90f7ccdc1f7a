{# Entries into stages, the first and the last one among them; told of the window that holds the most. #}

with judged as {{ judged_deals('PATH-07', ['stage_limit_count', 'within_minutes']) }},

entries as (
    select
        spells.opportunity_id,
        spells.spell_number,
        spells.entered_at,
        spells.stage_name,
        judged.stage_limit_count,
        judged.within_minutes
    from judged
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id
),

windows as (
    select
        latest.opportunity_id,
        latest.spell_number,
        latest.entered_at,
        latest.stage_name,
        count(*) as stage_count,
        {{ dbt.datediff('min(earlier.entered_at)', 'latest.entered_at', 'minute') }} as minute_count
    from entries as latest
    inner join entries as earlier
        on
            latest.opportunity_id = earlier.opportunity_id
            and latest.spell_number >= earlier.spell_number
            and {{ dbt.datediff('earlier.entered_at', 'latest.entered_at', 'second') }}
            <= 60 * latest.within_minutes
    group by latest.opportunity_id, latest.spell_number, latest.entered_at, latest.stage_name
    having count(*) >= max(latest.stage_limit_count)
),

ranked as (
    select
        *,
        row_number() over (partition by opportunity_id order by stage_count desc, spell_number desc) as place
    from windows
)

select
    {{ deal_finding('PATH-07', "
        Entered {stage_count} stages within {minute_count|minute/minutes} on {entered_at|date},
        the last of them {ranked.stage_name}
    ", of='judged') }}
from judged
inner join ranked on judged.opportunity_id = ranked.opportunity_id and ranked.place = 1
