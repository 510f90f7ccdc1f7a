select
    {{ activity_finding('ACT-05', "
        {coalesce(activity_type, 'Task')} was completed on {done_date}, but is dated {activity_date}
    ", of='tasks', deal='deals') }}
from {{ ref('fct_activities') }} as tasks
inner join {{ ref('int_as_of') }} as as_of on tasks.activity_date > as_of.as_of_date
left join {{ ref('fct_opportunities') }} as deals
    on tasks.opportunity_id = deals.opportunity_id and deals.is_open
where tasks.activity_kind = 'task' and tasks.is_completed
