{# After few changes only those loaded since are put in anew, and events that had not ended before. #}
{% set touched = ref('int_activities_touched') if is_partial() or not execute %}

{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert' if target.type == 'duckdb' else 'merge',
        unique_key='activity_id',
        on_schema_change='fail',
        pre_hook="{{ forget_touched('int_activities_touched', 'activity_id') }}",
    )
}}

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
{% if is_partial() %}
where
    activity_id in (select touched.activity_id from {{ touched }} as touched)
    or activity_id in (
        select pending.activity_id from {{ this }} as pending
        where
            pending.activity_kind = 'event'
            and not pending.is_completed
    )
{% endif %}
