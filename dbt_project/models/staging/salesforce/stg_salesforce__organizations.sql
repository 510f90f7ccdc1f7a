select
    -- keys
    id as organization_id,
    -- attributes
    name as organization_name,
    time_zone_sid_key as time_zone,
    fiscal_year_start_month as fiscal_year_start_month_number,
    -- states
    coalesce(uses_start_date_as_fiscal_year_name, false) as is_fiscal_year_named_by_start,
    coalesce(is_sandbox, false) as is_sandbox
from {{ landing('organization') }}
