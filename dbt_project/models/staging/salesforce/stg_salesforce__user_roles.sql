select
    -- keys
    id as user_role_id,
    parent_role_id,
    -- attributes
    name as role_name,
    developer_name as role_developer_name
from {{ landing('user_role') }}
