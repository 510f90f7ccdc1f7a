select
    -- keys
    id as opportunity_history_id,
    opportunity_id,
    created_by_id,
    -- attributes
    currency_iso_code,
    stage_name,
    {{ forecast_category('forecast_category') }} as forecast_category,
    -- figures
    cast(amount as decimal(18, 2)) as record_amount,
    probability / 100 as probability_rate,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    close_date,
    created_date as created_at,
    _loaded_at as loaded_at
from {{ landing('opportunity_history') }}
