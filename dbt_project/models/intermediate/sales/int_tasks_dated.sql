{#
    Tasks with the instant they happened. ActivityDate is the due date: a task written down after its due
    date (a logged call) happened on that date; one planned ahead happened when it was completed.
#}

{{ config(materialized='view') }}

with tasks as (
    select *, {{ local_date('created_at') }} as created_date
    from {{ ref('stg_salesforce__tasks') }}
    where not is_deleted and not is_series_pattern
)

select
    task_id as activity_id,
    'task' as activity_kind,
    coalesce(task_type, case when task_subtype in ('Call', 'Email') then task_subtype end) as activity_type,
    subject,
    owner_id,
    what_id,
    who_id,
    account_id,
    due_date as activity_date,
    case
        when not is_completed then null
        when due_date < created_date then {{ utc_instant('due_date') }}
        else coalesce(completed_at, created_at)
    end as occurred_at,
    is_completed,
    created_at
from tasks
