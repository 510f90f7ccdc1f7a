select
    activity_id,
    activity_kind,
    activity_type,
    subject,
    owner_id,
    opportunity_id,
    account_id,
    what_id,
    who_id,
    activity_date,
    occurred_at,
    is_completed,
    created_at,
    logging_lag_days

from {{ ref('int_activities_unioned') }}
