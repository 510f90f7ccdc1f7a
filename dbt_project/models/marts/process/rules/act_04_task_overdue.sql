with aged as (
    select
        activities.*,
        limits.overdue_limit_days,
        {{ dbt.datediff('activities.activity_date', 'limits.as_of_date', 'day') }} as overdue_days
    from {{ ref('fct_activities') }} as activities
    cross join {{ limits_of('ACT-04', ['overdue_limit_days']) }} as limits
    where activities.activity_kind = 'task' and not activities.is_completed
)

select
    {{ activity_finding('ACT-04', "
        {coalesce(activity_type, 'Task')} was due on {activity_date} and is still open, {overdue_days|day/days} later
    ", of='aged', deal='deals') }}
from aged
left join {{ ref('fct_opportunities') }} as deals
    on aged.opportunity_id = deals.opportunity_id and deals.is_open
where aged.overdue_days > aged.overdue_limit_days
