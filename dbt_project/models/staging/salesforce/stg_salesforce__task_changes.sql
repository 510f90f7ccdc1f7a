select
    -- keys
    id as task_id,
    owner_id,
    who_id,
    what_id,
    account_id,
    -- times
    activity_date as due_date,
    completed_date_time as completed_at,
    created_date as created_at,
    _loaded_at as loaded_at,
    _superseded_at as superseded_at
from {{ landing('task__changes') }}
