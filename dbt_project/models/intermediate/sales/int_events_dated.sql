{# Calendar entries with the instant they happened, which is their start once their end is past. #}

{{ config(materialized='view') }}

with events as (
    select *, coalesce(starts_at, {{ utc_instant('event_date') }}) as begins_at
    from {{ ref('stg_salesforce__events') }}
    where not is_deleted and not is_series_pattern and not is_invitee_copy
),

ended as (
    select events.*, coalesce(events.ends_at, events.begins_at) <= as_of.as_of_at as is_past
    from events
    cross join {{ ref('int_as_of') }} as as_of
)

select
    event_id as activity_id,
    'event' as activity_kind,
    event_type as activity_type,
    subject,
    owner_id,
    what_id,
    who_id,
    account_id,
    coalesce(event_date, {{ local_date('begins_at') }}) as activity_date,
    case when is_past then begins_at end as occurred_at,
    coalesce(is_past, false) as is_completed,
    created_at
from ended
