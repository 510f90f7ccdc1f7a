select
    -- keys
    id as dated_conversion_rate_id,
    iso_code as currency_iso_code,
    -- figures
    conversion_rate as dated_rate,
    -- times
    start_date,
    next_start_date
from {{ landing('dated_conversion_rate') }}
where _deleted_at is null
