with calls as (

    select * from {{ ref('int_activities_logged') }}
    where is_call
        and is_completed

),

silent_tasks as (

    select task_id
    from {{ ref('stg_salesforce__tasks') }}
    where trim(coalesce(description, '')) = ''
        and trim(coalesce(call_disposition, '')) = ''
        and coalesce(call_seconds_count, 0) = 0

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select threshold_value as logged_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-06' and threshold_name = 'logged_within_days' and sales_process = ''

),

open_deals as (

    select
        opportunity_id,
        amount
    from {{ ref('fct_opportunities') }}
    where is_open

)

select
    'ACT-06' as rule_id,
    'Task' as record_object,
    calls.activity_id as record_id,
    calls.subject as record_name,
    calls.owner_id,
    cast(open_deals.amount as decimal(18, 2)) as at_risk_amount,
    'The call of ' || cast(calls.done_date as {{ dbt.type_string() }})
    || ' has no notes, no outcome and no duration' as detail
from calls
inner join silent_tasks on calls.activity_id = silent_tasks.task_id
cross join as_of
cross join thresholds
left join open_deals on calls.opportunity_id = open_deals.opportunity_id
where calls.created_at >= {{ dbt.dateadd('day', '-thresholds.logged_within_days', 'as_of.as_of_at') }}
