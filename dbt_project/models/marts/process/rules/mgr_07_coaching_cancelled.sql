with as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'cancelled_limit_count' then threshold_value end) as limit_count,
        max(case when threshold_name = 'cancelled_within_days' then threshold_value end) as within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-07' and sales_process = ''

),

cancelled as (

    select
        meetings.manager_id,
        thresholds.limit_count,
        thresholds.within_days,
        count(*) as cancelled_count,
        max(meetings.cancelled_at) as last_cancelled_at
    from {{ ref('int_manager_meetings') }} as meetings
    cross join as_of
    cross join thresholds
    where meetings.meeting_kind = 'one_to_one'
        and meetings.cancelled_at > {{ dbt.dateadd('day', '-thresholds.within_days', 'as_of.as_of_at') }}
    group by meetings.manager_id, thresholds.limit_count, thresholds.within_days

)

select
    'MGR-07' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(cancelled.cancelled_count as {{ dbt.type_string() }})
    || case when cancelled.cancelled_count = 1 then ' one-to-one' else ' one-to-ones' end
    || ' cancelled in the last ' || cast(cancelled.within_days as {{ dbt.type_string() }})
    || ' days, the last on '
    || cast({{ local_date('cancelled.last_cancelled_at') }} as {{ dbt.type_string() }}) as detail
from cancelled
inner join {{ ref('dim_users') }} as managers on cancelled.manager_id = managers.user_id
where managers.is_active
    and cancelled.cancelled_count >= cancelled.limit_count
