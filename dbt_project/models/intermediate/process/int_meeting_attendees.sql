{#
    Who was at which of the managers' meetings: the CRM keeps a copy of the entry for each who accepts, which does not name the
    entry it is of. It has the same type and start, and was made by the manager.
#}

{{ config(materialized='table') }}

select distinct meetings.meeting_id, copies.owner_id as attendee_id
from {{ ref('int_manager_meetings') }} as meetings
inner join {{ ref('stg_salesforce__events') }} as copies
    on meetings.manager_id = copies.created_by_id
        and meetings.event_type = copies.event_type
        and meetings.starts_at = coalesce(copies.starts_at, {{ utc_instant('copies.event_date') }})
where meetings.is_held
    and copies.is_invitee_copy
    and copies.owner_id <> meetings.manager_id
    and (not copies.is_deleted or coalesce(copies.deleted_at >= meetings.ends_at, false))
