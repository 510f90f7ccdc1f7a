select
    -- keys
    id as account_id,
    parent_id as parent_account_id,
    master_record_id,
    owner_id,
    -- attributes
    name as account_name,
    type as account_type,
    industry,
    billing_country,
    currency_iso_code,
    -- figures
    cast(annual_revenue as decimal(18, 2)) as record_annual_revenue_amount,
    number_of_employees as employee_count,
    -- states
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    -- times
    created_date as created_at,
    _deleted_at as deleted_at,
    _loaded_at as loaded_at
from {{ landing('account') }}
