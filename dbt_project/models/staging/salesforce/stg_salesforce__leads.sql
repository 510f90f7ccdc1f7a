select
    -- keys
    id as lead_id,
    owner_id,
    master_record_id,
    converted_account_id,
    converted_contact_id,
    converted_opportunity_id,
    -- attributes
    name as lead_name,
    company as company_name,
    lower(email) as email,
    status as lead_status,
    lead_source,
    -- states
    coalesce(is_converted, false) as is_converted,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    converted_date,
    created_date as created_at,
    assigned_at__c as assigned_at,
    last_modified_date as last_modified_at,
    _deleted_at as deleted_at
from {{ landing('lead') }}
