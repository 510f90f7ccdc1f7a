select
    -- keys
    id as user_id,
    manager_id,
    user_role_id,
    -- attributes
    name as user_name,
    lower(email) as email,
    title,
    department,
    user_type,
    time_zone_sid_key as time_zone,
    -- states
    coalesce(is_active, false) as is_active,
    -- times
    created_date as created_at
from {{ landing('user') }}
