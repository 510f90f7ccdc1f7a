select
    -- keys
    id as task_id,
    owner_id,
    who_id,
    what_id,
    account_id,
    created_by_id,
    -- attributes
    subject,
    description,
    status,
    priority,
    type as task_type,
    task_subtype,
    call_type,
    call_disposition,
    -- figures
    call_duration_in_seconds as call_seconds_count,
    -- states
    coalesce(is_closed, false) as is_completed,
    coalesce(is_recurrence, false) as is_series_pattern,
    coalesce(is_archived, false) as is_archived,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    activity_date as due_date,
    completed_date_time as completed_at,
    created_date as created_at,
    last_modified_date as last_modified_at,
    _deleted_at as deleted_at,
    _loaded_at as loaded_at
from {{ landing('task') }}
