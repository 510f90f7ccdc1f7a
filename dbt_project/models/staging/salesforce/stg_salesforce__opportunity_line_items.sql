select
    -- keys
    id as line_item_id,
    opportunity_id,
    -- attributes
    name as line_item_name,
    -- figures
    quantity as product_quantity,
    cast(unit_price as decimal(18, 2)) as record_unit_price,
    cast(total_price as decimal(18, 2)) as record_amount,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted
from {{ landing('opportunity_line_item') }}
