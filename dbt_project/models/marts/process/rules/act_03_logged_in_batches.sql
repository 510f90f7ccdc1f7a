{# A task is logged, and not planned, when it had already happened as it was entered. #}

with tasks as (

    select
        activity_id,
        owner_id,
        created_at
    from {{ ref('int_activities_logged') }}
    where activity_kind = 'task'
        and occurred_at <= created_at

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'batch_size_count' then threshold_value end) as batch_size_count,
        max(case when threshold_name = 'batch_minutes' then threshold_value end) as batch_minutes,
        max(case when threshold_name = 'batch_days_count' then threshold_value end) as batch_days_count,
        max(case when threshold_name = 'logged_within_days' then threshold_value end) as logged_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-03' and sales_process = ''

),

numbered as (

    select
        tasks.owner_id,
        tasks.created_at,
        thresholds.batch_size_count,
        thresholds.batch_minutes,
        row_number() over (
            partition by tasks.owner_id order by tasks.created_at asc, tasks.activity_id asc
        ) as task_number
    from tasks
    cross join as_of
    cross join thresholds
    where tasks.created_at >= {{ dbt.dateadd('day', '-thresholds.logged_within_days', 'as_of.as_of_at') }}

),

ended as (

    select
        *,
        task_number - batch_size_count + 1 as first_number
    from numbered

),

batches as (

    select
        last_tasks.owner_id,
        count(distinct {{ local_date('last_tasks.created_at') }}) as batch_days,
        max({{ local_date('last_tasks.created_at') }}) as last_batch_date
    from ended as last_tasks
    inner join numbered as first_tasks
        on last_tasks.owner_id = first_tasks.owner_id
            and last_tasks.first_number = first_tasks.task_number
    where {{ dbt.datediff('first_tasks.created_at', 'last_tasks.created_at', 'second') }}
        <= last_tasks.batch_minutes * 60
    group by last_tasks.owner_id

)

select
    'ACT-03' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'On ' || cast(batches.batch_days as {{ dbt.type_string() }})
    || ' days of the last ' || cast(thresholds.logged_within_days as {{ dbt.type_string() }})
    || ', ' || cast(thresholds.batch_size_count as {{ dbt.type_string() }})
    || ' completed tasks or more were logged within '
    || cast(thresholds.batch_minutes as {{ dbt.type_string() }})
    || ' minutes; the last time on ' || cast(batches.last_batch_date as {{ dbt.type_string() }}) as detail
from batches
cross join thresholds
inner join {{ ref('dim_users') }} as people on batches.owner_id = people.user_id
where people.is_active
    and people.is_person
    and batches.batch_days >= thresholds.batch_days_count
