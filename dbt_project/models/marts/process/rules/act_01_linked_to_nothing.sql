with activities as (

    select * from {{ ref('int_activities_logged') }}
    where what_id is null
        and who_id is null
        and account_id is null

),

internal_types as (

    select distinct event_type from {{ ref('meeting_kinds') }}

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select threshold_value as logged_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-01' and threshold_name = 'logged_within_days' and sales_process = ''

)

select
    'ACT-01' as rule_id,
    case when activities.activity_kind = 'task' then 'Task' else 'Event' end as record_object,
    activities.activity_id as record_id,
    activities.subject as record_name,
    activities.owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    coalesce(activities.activity_type, 'Activity')
    || ' entered on ' || cast({{ local_date('activities.created_at') }} as {{ dbt.type_string() }})
    || ' is linked to no deal, account, contact or lead' as detail
from activities
cross join as_of
cross join thresholds
left join internal_types
    on activities.activity_kind = 'event'
        and activities.activity_type = internal_types.event_type
where activities.created_at >= {{ dbt.dateadd('day', '-thresholds.logged_within_days', 'as_of.as_of_at') }}
    and internal_types.event_type is null
