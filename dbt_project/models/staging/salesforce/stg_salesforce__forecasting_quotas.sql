select
    -- keys
    id as forecasting_quota_id,
    quota_owner_id as owner_id,
    period_id,
    -- attributes
    currency_iso_code,
    -- figures
    cast(quota_amount as decimal(18, 2)) as record_amount,
    -- states
    coalesce(is_amount, true) as is_amount,
    -- times
    start_date
from {{ landing('forecasting_quota') }}
