select
    -- keys
    id as split_id,
    opportunity_id,
    split_owner_id as owner_id,
    split_type_id,
    -- figures
    split_percentage / 100 as split_ratio,
    cast(split_amount as decimal(18, 2)) as record_amount,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    _loaded_at as loaded_at
from {{ landing('opportunity_split') }}
