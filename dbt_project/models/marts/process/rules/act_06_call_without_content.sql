select
    {{ activity_finding('ACT-06', "
        The call of {done_date} has no notes, no outcome and no duration
    ", of='calls', deal='deals') }}
from {{ ref('int_activities_logged') }} as calls
inner join {{ ref('stg_salesforce__tasks') }} as tasks on calls.activity_id = tasks.task_id
cross join {{ limits_of('ACT-06', ['logged_within_days']) }} as limits
left join {{ ref('fct_opportunities') }} as deals
    on calls.opportunity_id = deals.opportunity_id and deals.is_open
where
    calls.is_call
    and calls.is_completed
    and calls.created_at >= {{ dbt.dateadd('day', '-limits.logged_within_days', 'limits.as_of_at') }}
    and trim(coalesce(tasks.description, '')) = ''
    and trim(coalesce(tasks.call_disposition, '')) = ''
    and coalesce(tasks.call_seconds_count, 0) = 0
