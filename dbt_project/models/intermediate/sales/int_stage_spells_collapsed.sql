{# Unbroken stays in a stage: versions that leave the stage as it was are one spell with the one before. #}

with versions as (
    select * from {{ of_touched(ref('int_opportunity_versions_rebuilt')) }}
),

stepped as (
    select
        *,
        lag(stage_name) over (partition by opportunity_id order by version_number asc) as previous_stage_name
    from versions
),

entries as (
    select
        *,
        row_number() over (partition by opportunity_id order by version_number asc) as spell_number,
        lead(valid_from) over (partition by opportunity_id order by version_number asc) as next_entered_at,
        lead(stage_name) over (partition by opportunity_id order by version_number asc) as next_stage_name
    from stepped
    where
        version_number = 1
        or stage_name is distinct from previous_stage_name
),

endings as (
    select
        opportunity_id,
        max(case when is_current then 1 else 0 end) = 1 as has_current_version,
        max(valid_to) as ended_at
    from versions
    group by opportunity_id
)

select
    entries.opportunity_id,
    entries.spell_number,
    entries.stage_name,
    entries.is_closed,
    entries.is_won,
    entries.valid_from as entered_at,
    case
        when entries.next_entered_at is not null then entries.next_entered_at
        when not endings.has_current_version then endings.ended_at
    end as exited_at,
    entries.next_entered_at is null and endings.has_current_version as is_current,
    entries.next_stage_name,
    entries.provenance
from entries
inner join endings on entries.opportunity_id = endings.opportunity_id
