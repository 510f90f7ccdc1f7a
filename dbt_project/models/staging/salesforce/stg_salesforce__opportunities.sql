select
    -- keys
    id as opportunity_id,
    account_id,
    owner_id,
    record_type_id,
    created_by_id,
    last_modified_by_id,
    -- attributes
    name as opportunity_name,
    type as opportunity_type,
    lead_source,
    currency_iso_code,
    stage_name,
    {{ forecast_category('forecast_category') }} as forecast_category,
    nullif(trim(next_step), '') as next_step,
    loss_reason__c as loss_reason,
    -- figures
    cast(amount as decimal(18, 2)) as record_amount,
    probability / 100 as probability_rate,
    push_count as salesforce_push_count,
    -- states
    coalesce(is_closed, false) as is_closed,
    coalesce(is_won, false) as is_won,
    coalesce(has_opportunity_line_item, false) as has_line_items,
    coalesce(is_deleted, false) or _deleted_at is not null as is_deleted,
    _deletion_kind as deletion_kind,
    -- times
    close_date,
    created_date as created_at,
    last_modified_date as last_modified_at,
    last_stage_change_date as last_stage_change_at,
    _deleted_at as deleted_at
from {{ landing('opportunity') }}
