{# Entries into stages, the first and the last one among them; told of the window that holds the most. #}

with judged as (

    {{ deals_judged_by('PATH-07') }}

),

thresholds as (

    {{ thresholds_of('PATH-07', ['stage_limit_count', 'within_minutes']) }}

),

entries as (

    select
        spells.opportunity_id,
        spells.spell_number,
        spells.entered_at,
        spells.stage_name,
        thresholds.stage_limit_count,
        thresholds.within_minutes
    from judged
    inner join thresholds
        on coalesce(judged.sales_process, '') = thresholds.sales_process
    inner join {{ ref('int_stage_spells_judged') }} as spells
        on judged.opportunity_id = spells.opportunity_id

),

windows as (

    select
        latest.opportunity_id,
        latest.spell_number,
        latest.entered_at,
        latest.stage_name,
        max(latest.stage_limit_count) as stage_limit_count,
        count(*) as stage_count,
        min(earlier.entered_at) as begun_at
    from entries as latest
    inner join entries as earlier
        on
            latest.opportunity_id = earlier.opportunity_id
            and latest.spell_number >= earlier.spell_number
            and {{ dbt.datediff('earlier.entered_at', 'latest.entered_at', 'second') }}
            <= 60 * latest.within_minutes
    group by latest.opportunity_id, latest.spell_number, latest.entered_at, latest.stage_name

),

ranked as (

    select
        *,
        {{ dbt.datediff('begun_at', 'entered_at', 'minute') }} as minute_count,
        row_number() over (partition by opportunity_id order by stage_count desc, spell_number desc) as place
    from windows
    where stage_count >= stage_limit_count

)

select
    'PATH-07' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Entered ' || cast(ranked.stage_count as {{ dbt.type_string() }}) || ' stages within '
    || cast(ranked.minute_count as {{ dbt.type_string() }})
    || case when ranked.minute_count = 1 then ' minute' else ' minutes' end
    || ' on ' || cast({{ local_date('ranked.entered_at') }} as {{ dbt.type_string() }})
    || ', the last of them ' || ranked.stage_name as detail
from judged
inner join ranked
    on
        judged.opportunity_id = ranked.opportunity_id
        and ranked.place = 1
