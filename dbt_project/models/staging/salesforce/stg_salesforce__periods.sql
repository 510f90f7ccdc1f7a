select
    -- keys
    id as period_id,
    -- attributes
    type as period_type,
    number as period_number,
    fully_qualified_label as period_label,
    -- times
    start_date,
    end_date
from {{ landing('period') }}
