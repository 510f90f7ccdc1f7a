with activities as (

    select * from {{ ref('int_activities_logged') }}
    where is_completed

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'lag_limit_days' then threshold_value end) as lag_limit_days,
        max(case when threshold_name = 'logged_within_days' then threshold_value end) as logged_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-02' and sales_process = ''

),

open_deals as (

    select
        opportunity_id,
        amount
    from {{ ref('fct_opportunities') }}
    where is_open

)

select
    'ACT-02' as rule_id,
    case when activities.activity_kind = 'task' then 'Task' else 'Event' end as record_object,
    activities.activity_id as record_id,
    activities.subject as record_name,
    activities.owner_id,
    cast(open_deals.amount as decimal(18, 2)) as at_risk_amount,
    coalesce(activities.activity_type, 'Activity')
    || ' of ' || cast(activities.done_date as {{ dbt.type_string() }})
    || ' was logged ' || cast(activities.logging_lag_days as {{ dbt.type_string() }})
    || case when activities.logging_lag_days = 1 then ' day' else ' days' end || ' later' as detail
from activities
cross join as_of
cross join thresholds
left join open_deals on activities.opportunity_id = open_deals.opportunity_id
where activities.logging_lag_days > thresholds.lag_limit_days
    and activities.created_at >= {{ dbt.dateadd('day', '-thresholds.logged_within_days', 'as_of.as_of_at') }}
