select
    -- keys
    id as split_type_id,
    -- attributes
    developer_name as split_type_developer_name,
    master_label as split_type_name,
    split_field,
    -- states
    coalesce(is_total_validated, false) as is_total_validated,
    coalesce(is_active, false) as is_active
from {{ landing('opportunity_split_type') }}
