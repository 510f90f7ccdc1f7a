select
    -- keys
    id as event_id,
    owner_id,
    who_id,
    what_id,
    account_id,
    -- times
    activity_date as event_date,
    start_date_time as starts_at,
    end_date_time as ends_at,
    _loaded_at as loaded_at,
    _superseded_at as superseded_at
from {{ landing('event__changes') }}
