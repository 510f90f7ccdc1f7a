select
    -- keys
    id as quote_id,
    opportunity_id,
    -- attributes
    name as quote_name,
    status as quote_status,
    -- figures
    cast(grand_total as decimal(18, 2)) as record_amount,
    -- states
    coalesce(is_syncing, false) as is_syncing,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    created_date as created_at
from {{ landing('quote') }}
