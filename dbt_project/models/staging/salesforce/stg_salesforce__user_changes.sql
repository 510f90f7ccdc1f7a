select
    -- keys
    id as user_id,
    manager_id,
    user_role_id,
    -- attributes
    title,
    -- states
    coalesce(is_active, false) as is_active,
    -- times
    last_modified_date as last_modified_at,
    _seen_at as seen_at,
    _loaded_at as loaded_at
from {{ landing('user__changes') }}
