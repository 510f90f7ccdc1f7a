select
    -- keys
    id as opportunity_field_history_id,
    opportunity_id,
    created_by_id,
    -- attributes
    field as field_name,
    data_type,
    old_value,
    new_value,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    created_date as created_at,
    _loaded_at as loaded_at
from {{ landing('opportunity_field_history') }}
