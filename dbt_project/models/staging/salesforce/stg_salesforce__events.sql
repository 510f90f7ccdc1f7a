select
    -- keys
    id as event_id,
    owner_id,
    who_id,
    what_id,
    account_id,
    created_by_id,
    -- attributes
    subject,
    description,
    location,
    type as event_type,
    event_subtype,
    -- figures
    duration_in_minutes as duration_minutes,
    -- states
    coalesce(is_all_day_event, false) as is_all_day,
    coalesce(is_child, false) as is_invitee_copy,
    coalesce(is_group_event, false) as is_group_event,
    coalesce(is_recurrence, false) as is_series_pattern,
    coalesce(is_archived, false) as is_archived,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    activity_date as event_date,
    start_date_time as starts_at,
    end_date_time as ends_at,
    created_date as created_at,
    _deleted_at as deleted_at,
    _loaded_at as loaded_at
from {{ landing('event') }}
