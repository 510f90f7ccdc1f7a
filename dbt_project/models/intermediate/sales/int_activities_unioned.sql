{# Tasks and events as one kind of thing: what was done, and what is planned. #}

{{ config(materialized='view') }}

with activities as (
    select * from {{ ref('int_tasks_dated') }}
    union all
    select * from {{ ref('int_events_dated') }}
)

select
    activity_id,
    activity_kind,
    activity_type,
    subject,
    owner_id,
    {{ id_of('what_id', '006') }} as opportunity_id,
    coalesce(account_id, {{ id_of('what_id', '001') }}) as account_id,
    what_id,
    who_id,
    activity_date,
    occurred_at,
    is_completed,
    created_at,
    case
        when occurred_at is not null
            then greatest(0, {{ dbt.datediff(local_date('occurred_at'), local_date('created_at'), 'day') }})
    end as logging_lag_days
from activities
