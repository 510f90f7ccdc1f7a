{# A task is logged, and not planned, when it had already happened as it was entered. #}

with limits as {{ limits_of('ACT-03', [
    'batch_size_count', 'batch_minutes', 'batch_days_count', 'logged_within_days'
]) }},

numbered as (
    select
        tasks.owner_id,
        tasks.created_at,
        row_number() over (
            partition by tasks.owner_id order by tasks.created_at asc, tasks.activity_id asc
        ) as task_number,
        limits.batch_size_count,
        limits.batch_minutes
    from {{ ref('int_activities_logged') }} as tasks
    cross join limits
    where
        tasks.activity_kind = 'task'
        and tasks.occurred_at <= tasks.created_at
        and tasks.created_at >= {{ dbt.dateadd('day', '-limits.logged_within_days', 'limits.as_of_at') }}
),

batches as (
    select
        last_tasks.owner_id,
        count(distinct {{ local_date('last_tasks.created_at') }}) as batch_days,
        max({{ local_date('last_tasks.created_at') }}) as last_batch_date
    from numbered as last_tasks
    inner join numbered as first_tasks
        on
            last_tasks.owner_id = first_tasks.owner_id
            and last_tasks.task_number - last_tasks.batch_size_count + 1 = first_tasks.task_number
    where
        {{ dbt.datediff('first_tasks.created_at', 'last_tasks.created_at', 'second') }}
        <= last_tasks.batch_minutes * 60
    group by last_tasks.owner_id
)

select
    {{ person_finding('ACT-03', "
        On {batch_days} days of the last {logged_within_days}, {batch_size_count} completed tasks or more were logged
        within {batch_minutes} minutes; the last time on {last_batch_date}
    ") }}
from batches
cross join limits
inner join {{ ref('dim_users') }} as people on batches.owner_id = people.user_id
where people.is_active and people.is_person and batches.batch_days >= limits.batch_days_count
