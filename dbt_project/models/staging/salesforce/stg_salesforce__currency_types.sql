select
    -- keys
    iso_code as currency_iso_code,
    -- figures
    conversion_rate as static_rate,
    -- states
    coalesce(is_corporate, false) as is_corporate,
    coalesce(is_active, false) as is_active
from {{ landing('currency_type') }}
where _deleted_at is null
