select
    -- keys
    id as record_type_id,
    business_process_id,
    -- attributes
    name as record_type_name,
    developer_name as record_type_developer_name,
    sobject_type as object_name,
    -- states
    coalesce(is_active, false) as is_active
from {{ landing('record_type') }}
