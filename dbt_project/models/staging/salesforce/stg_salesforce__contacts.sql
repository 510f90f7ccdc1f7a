select
    -- keys
    id as contact_id,
    account_id,
    master_record_id,
    owner_id,
    -- attributes
    name as contact_name,
    first_name,
    last_name,
    lower(email) as email,
    title,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    created_date as created_at,
    _deleted_at as deleted_at
from {{ landing('contact') }}
