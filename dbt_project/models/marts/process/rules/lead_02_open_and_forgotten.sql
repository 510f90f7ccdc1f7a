{# Touches are counted by the calendar: of what was written down on a later day only the day is known. #}

with touches as (
    select who_id as lead_id, max(done_date) as last_touched_date
    from {{ ref('fct_activities') }}
    where is_completed and substring(who_id, 1, 3) = '00Q'
    group by who_id
)

select
    {{ lead_finding('LEAD-02', "
        Open since {leads.created_date} and
        {coalesce('last touched on ' || last_touched_date, 'never touched')}
    ", of='leads') }}
from {{ ref('fct_leads') }} as leads
cross join {{ limits_of('LEAD-02', ['open_limit_days', 'silent_limit_days']) }} as limits
left join touches on leads.lead_id = touches.lead_id
where
    not leads.is_converted
    and not coalesce(leads.lead_status in {{ quoted_list(var('closed_lead_statuses')) }}, false)
    and {{ elapsed_days('leads.created_at', 'limits.as_of_at') }} > limits.open_limit_days
    and (
        touches.last_touched_date is null
        or {{ dbt.datediff('last_touched_date', 'limits.as_of_date', 'day') }} > limits.silent_limit_days
    )
