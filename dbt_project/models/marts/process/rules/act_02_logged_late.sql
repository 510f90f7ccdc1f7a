select
    {{ activity_finding('ACT-02', "
        {coalesce(activity_type, 'Activity')} of {done_date} was logged {logging_lag_days|day/days} later
    ", of='activities', deal='deals') }}
from {{ ref('int_activities_logged') }} as activities
cross join {{ limits_of('ACT-02', ['lag_limit_days', 'logged_within_days']) }} as limits
left join {{ ref('fct_opportunities') }} as deals
    on activities.opportunity_id = deals.opportunity_id and deals.is_open
where
    activities.is_completed
    and activities.logging_lag_days > limits.lag_limit_days
    and activities.created_at >= {{ dbt.dateadd('day', '-limits.logged_within_days', 'limits.as_of_at') }}
