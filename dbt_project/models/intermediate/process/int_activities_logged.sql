{#
    The activities entered lately, as far back as any rule about how activities are logged looks: they are a small part
    of all, and several rules read them.
#}

{{ config(materialized='table') }}

with thresholds as (
    select max(threshold_value) as window_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id like 'ACT-%' and threshold_name in ('logged_within_days', 'closed_within_days')
),

windows as (
    -- A deal is judged by the day on which it was closed, so a day more.
    select {{ dbt.dateadd('day', '-thresholds.window_days - 1', 'as_of.as_of_at') }} as begins_at
    from {{ ref('int_as_of') }} as as_of
    cross join thresholds
)

select
    activities.activity_id,
    activities.activity_kind,
    activities.activity_type,
    activities.is_call,
    activities.subject,
    activities.owner_id,
    activities.opportunity_id,
    activities.account_id,
    activities.what_id,
    activities.who_id,
    activities.occurred_at,
    activities.is_completed,
    activities.done_date,
    activities.created_at,
    activities.logging_lag_days
from {{ ref('fct_activities') }} as activities
where activities.created_at >= (select windows.begins_at from windows)
