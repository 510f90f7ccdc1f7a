{#
    When a closed deal was seen to close: the entry into the closed stages that it has not left since.
    An org without history saw nothing; its own stamp of the last stage change stands in, else the close
    date, never before the deal was created nor after the as-of instant.
#}

with opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
    {{ upon_last('where', is_renewed(['opportunity_id'])) }}
),

states as (
    select * from {{ ref('int_opportunity_versions_rebuilt') }}
    {{ upon_last('where', is_renewed(['opportunity_id'])) }}
),

runs as (
    select
        opportunity_id,
        -- a closing is seen if the CRM's history tells of it, or a sync saw the deal open before
        max(
            case when provenance = 'history' or (version_number = 1 and not is_closed) then 1 else 0 end
        ) = 1 as has_history,
        max(case when not is_closed then version_number else 0 end) as last_open_version_number
    from states
    group by opportunity_id
),

entries as (
    select
        runs.opportunity_id,
        runs.has_history,
        min(case when versions.version_number > runs.last_open_version_number then versions.valid_from end)
            as closed_at
    from states as versions
    inner join runs on versions.opportunity_id = runs.opportunity_id
    group by runs.opportunity_id, runs.has_history, runs.last_open_version_number
),

assumed as (
    select
        opportunities.opportunity_id,
        least(
            coalesce(
                opportunities.last_stage_change_at,
                cast(opportunities.close_date as timestamp),
                opportunities.last_modified_at
            ),
            as_of.as_of_at
        ) as closed_at
    from opportunities
    cross join {{ ref('int_as_of') }} as as_of
)

select
    opportunities.opportunity_id,
    entries.has_history,
    case
        when not opportunities.is_closed then null
        when entries.has_history then entries.closed_at
        else greatest(assumed.closed_at, opportunities.created_at)
    end as closed_at
from opportunities
inner join entries on opportunities.opportunity_id = entries.opportunity_id
inner join assumed on opportunities.opportunity_id = assumed.opportunity_id
