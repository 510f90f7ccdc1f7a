{#
    The first human touch of a lead is the first completed task or held event with it by its owner or anybody else,
    not before it was created. What was written down on a later day is known by its day alone: if the lead was
    created on that day, the touch lies no earlier than the creation. A lead that nobody has touched is not left out:
    it has waited until T. Leads merged into another one are no leads of their own.
#}

with leads as (
    select * from {{ ref('stg_salesforce__leads') }}
    where not is_deleted and master_record_id is null
),

touches as (
    select
        activities.who_id as lead_id,
        min(greatest(activities.occurred_at, leads.created_at)) as first_touched_at,
        count(*) as touch_count
    from {{ ref('fct_activities') }} as activities
    inner join leads
        on
            activities.who_id = leads.lead_id
            and (
                activities.occurred_at >= leads.created_at
                or (
                    activities.occurred_at = {{ utc_instant('activities.activity_date') }}
                    and activities.activity_date = {{ local_date('leads.created_at') }}
                )
            )
    where activities.is_completed
    group by activities.who_id
)

select
    leads.lead_id,
    leads.lead_name,
    leads.company_name,
    leads.owner_id,
    owners.user_name as owner_name,
    coalesce(substring(leads.owner_id, 1, 3) = '00G', false) as is_in_queue,
    leads.lead_status,
    leads.lead_source,
    leads.created_at,
    {{ local_date('leads.created_at') }} as created_date,
    leads.is_converted,
    leads.converted_date,
    case
        when leads.is_converted
            then {{ dbt.datediff(local_date('leads.created_at'), 'leads.converted_date', 'day') }}
    end as conversion_days,
    leads.converted_account_id,
    leads.converted_contact_id,
    leads.converted_opportunity_id,
    deals.amount as opportunity_amount,
    coalesce(deals.is_won, false) as is_opportunity_won,
    touches.first_touched_at,
    cast(coalesce(touches.touch_count, 0) as bigint) as touch_count,
    {{ elapsed_days('leads.created_at', 'coalesce(touches.first_touched_at, as_of.as_of_at)') }} * 24
        as response_hours,
    touches.first_touched_at is null as is_response_censored
from leads
cross join {{ ref('int_as_of') }} as as_of
left join touches on leads.lead_id = touches.lead_id
left join {{ ref('stg_salesforce__users') }} as owners on leads.owner_id = owners.user_id
left join {{ ref('fct_opportunities') }} as deals
    on leads.converted_opportunity_id = deals.opportunity_id
