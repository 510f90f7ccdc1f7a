{# A view: its rows are the loaded ones, named and dated, and are written once, when it is published. #}

{{ config(materialized='view') }}

select
    activity_id,
    activity_kind,
    activity_type,
    activity_kind = 'event'
    and coalesce(activity_type in {{ quoted_list(var('customer_meeting_types')) }}, false) as is_meeting,
    activity_kind = 'task'
    and coalesce(activity_type in {{ quoted_list(var('call_task_types')) }}, false) as is_call,
    activity_kind = 'task'
    and coalesce(activity_type in {{ quoted_list(var('email_task_types')) }}, false) as is_email,
    subject,
    owner_id,
    opportunity_id,
    account_id,
    what_id,
    who_id,
    activity_date,
    occurred_at,
    is_completed,
    case when is_completed then {{ local_date('occurred_at') }} end as done_date,
    created_at,
    logging_lag_days
from {{ ref('int_activities_unioned') }}
