select
    -- keys
    id as opportunity_stage_id,
    -- attributes
    coalesce(api_name, master_label) as stage_name,
    master_label as stage_label,
    sort_order,
    {{ forecast_category('forecast_category') }} as forecast_category,
    -- figures
    default_probability / 100 as default_probability_rate,
    -- states
    coalesce(is_active, false) as is_active,
    coalesce(is_closed, false) as is_closed,
    coalesce(is_won, false) as is_won
from {{ landing('opportunity_stage') }}
