with cancelled as (
    select
        meetings.manager_id,
        limits.cancelled_within_days,
        limits.cancelled_limit_count,
        count(*) as cancelled_count,
        max(meetings.cancelled_at) as last_cancelled_at
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ limits_of('MGR-07', ['cancelled_limit_count', 'cancelled_within_days']) }} as limits
        on meetings.cancelled_at > {{ dbt.dateadd('day', '-cancelled_within_days', 'limits.as_of_at') }}
    where meetings.meeting_kind = 'one_to_one'
    group by meetings.manager_id, limits.cancelled_within_days, limits.cancelled_limit_count
)

select
    {{ person_finding('MGR-07', "
        {cancelled_count|one-to-one/one-to-ones} cancelled in the last {cancelled_within_days} days,
        the last on {last_cancelled_at|date}
    ") }}
from cancelled
inner join {{ ref('dim_users') }} as people on cancelled.manager_id = people.user_id
where people.is_active and cancelled.cancelled_count >= cancelled.cancelled_limit_count
