with actions as (

    select * from {{ ref('fct_activities') }}
    where activity_kind = 'task'
        and not is_completed
        and activity_type in {{ quoted_list(var('review_action_task_types')) }}

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

thresholds as (

    select threshold_value as overdue_limit_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-11' and threshold_name = 'overdue_limit_days' and sales_process = ''

),

open_deals as (

    select
        opportunity_id,
        opportunity_name,
        amount
    from {{ ref('fct_opportunities') }}
    where is_open

),

aged as (

    select
        actions.*,
        thresholds.overdue_limit_days,
        {{ dbt.datediff('actions.activity_date', 'as_of.as_of_date', 'day') }} as overdue_days
    from actions
    cross join as_of
    cross join thresholds

)

select
    'MGR-11' as rule_id,
    'Task' as record_object,
    aged.activity_id as record_id,
    aged.subject as record_name,
    aged.owner_id,
    cast(open_deals.amount as decimal(18, 2)) as at_risk_amount,
    'Review action was due on ' || cast(aged.activity_date as {{ dbt.type_string() }})
    || ' and is still open, ' || cast(aged.overdue_days as {{ dbt.type_string() }})
    || case when aged.overdue_days = 1 then ' day' else ' days' end || ' later'
    || coalesce(', for ' || open_deals.opportunity_name, '') as detail
from aged
left join open_deals on aged.opportunity_id = open_deals.opportunity_id
where aged.overdue_days > aged.overdue_limit_days
