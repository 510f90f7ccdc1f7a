with aged as (
    select
        actions.*,
        limits.overdue_limit_days,
        {{ dbt.datediff('actions.activity_date', 'limits.as_of_date', 'day') }} as overdue_days
    from {{ ref('fct_activities') }} as actions
    cross join {{ limits_of('MGR-11', ['overdue_limit_days']) }} as limits
    where
        actions.activity_kind = 'task'
        and not actions.is_completed
        and actions.activity_type in {{ quoted_list(var('review_action_task_types')) }}
)

select
    {{ activity_finding('MGR-11', "
        Review action was due on {activity_date} and is still open, {overdue_days|day/days}
        later{coalesce(', for ' || opportunity_name, '')}
    ", of='aged', deal='deals') }}
from aged
left join {{ ref('fct_opportunities') }} as deals
    on aged.opportunity_id = deals.opportunity_id and deals.is_open
where aged.overdue_days > aged.overdue_limit_days
