select
    -- keys
    id as opportunity_contact_role_id,
    opportunity_id,
    contact_id,
    created_by_id,
    -- attributes
    role as contact_role,
    -- states
    coalesce(is_primary, false) as is_primary,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    created_date as created_at,
    _deleted_at as deleted_at,
    _loaded_at as loaded_at
from {{ landing('opportunity_contact_role') }}
