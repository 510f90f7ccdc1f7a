{# The managers' meetings by kind, as their calendars have them: held, to come or cancelled. #}

{{ config(materialized='table') }}

with events as (
    select *, coalesce(starts_at, {{ utc_instant('event_date') }}) as begins_at
    from {{ ref('stg_salesforce__events') }}
    where not is_series_pattern and not is_invitee_copy
),

dated as (
    select events.*, kinds.meeting_kind, coalesce(events.ends_at, events.begins_at) as finishes_at
    from events
    inner join {{ ref('meeting_kinds') }} as kinds on events.event_type = kinds.event_type
)

select
    dated.event_id as meeting_id,
    dated.meeting_kind,
    dated.event_type,
    dated.subject as meeting_name,
    dated.owner_id as manager_id,
    dated.begins_at as starts_at,
    dated.finishes_at as ends_at,
    dated.description,
    dated.begins_at <= as_of.as_of_at
    and (not dated.is_deleted or coalesce(dated.deleted_at >= dated.finishes_at, false)) as is_held,
    case
        when dated.is_deleted and dated.deleted_at < dated.begins_at then dated.deleted_at
    end as cancelled_at
from dated
cross join {{ ref('int_as_of') }} as as_of
