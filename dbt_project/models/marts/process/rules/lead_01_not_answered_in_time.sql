{# A touch that was written down on a later day is known by its day alone, and counts from its beginning. #}

with assigned as (
    select leads.*, coalesce(staged.assigned_at, leads.created_at) as assigned_at
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('stg_salesforce__leads') }} as staged on leads.lead_id = staged.lead_id
    where not leads.is_in_queue
),

waited as (
    select
        assigned.*,
        limits.response_limit_hours,
        24 * {{ elapsed_days('assigned.assigned_at', 'coalesce(first_touched_at, limits.as_of_at)') }}
            as waited_hours
    from assigned
    cross join {{ limits_of('LEAD-01', ['response_limit_hours', 'assigned_within_days']) }} as limits
    where
        assigned.assigned_at >= {{ dbt.dateadd('day', '-limits.assigned_within_days', 'limits.as_of_at') }}
)

select
    {{ lead_finding('LEAD-01', "
        Assigned on {assigned_at|date} and
        {coalesce('first touched on ' || " ~ local_date('waited.first_touched_at') ~ " || ', after', 'not touched yet, for')}
        {waited_hours|floor} hours; the limit is {response_limit_hours}
    ", of='waited', deal='deals') }}
from waited
left join {{ ref('fct_opportunities') }} as deals
    on waited.converted_opportunity_id = deals.opportunity_id and deals.is_open
where waited.waited_hours > waited.response_limit_hours
