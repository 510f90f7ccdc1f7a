select
    -- keys
    id as opportunity_id,
    account_id,
    owner_id,
    record_type_id,
    last_modified_by_id,
    -- attributes
    type as opportunity_type,
    lead_source,
    currency_iso_code,
    stage_name,
    {{ forecast_category('forecast_category') }} as forecast_category,
    nullif(trim(next_step), '') as next_step,
    -- figures
    cast(amount as decimal(18, 2)) as record_amount,
    probability / 100 as probability_rate,
    -- states
    coalesce(is_closed, false) as is_closed,
    coalesce(is_won, false) as is_won,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    close_date,
    last_modified_date as last_modified_at,
    _deleted_at as deleted_at,
    _seen_at as seen_at,
    _loaded_at as loaded_at
from {{ landing('opportunity__changes') }}
