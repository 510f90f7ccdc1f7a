{# A touch that was written down on a later day is known by its day alone, and counts from its beginning. #}

with leads as (

    select
        leads.*,
        coalesce(staged.assigned_at, leads.created_at) as assigned_at
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('stg_salesforce__leads') }} as staged on leads.lead_id = staged.lead_id
    where not leads.is_in_queue

),

as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'response_limit_hours' then threshold_value end) as limit_hours,
        max(case when threshold_name = 'assigned_within_days' then threshold_value end) as within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'LEAD-01' and sales_process = ''

),

open_deals as (

    select
        opportunity_id,
        amount
    from {{ ref('fct_opportunities') }}
    where is_open

),

waited as (

    select
        leads.*,
        thresholds.limit_hours,
        {{ elapsed_days('leads.assigned_at', 'coalesce(leads.first_touched_at, as_of.as_of_at)') }} * 24
            as waited_hours
    from leads
    cross join as_of
    cross join thresholds
    where leads.assigned_at >= {{ dbt.dateadd('day', '-thresholds.within_days', 'as_of.as_of_at') }}

)

select
    'LEAD-01' as rule_id,
    'Lead' as record_object,
    waited.lead_id as record_id,
    waited.lead_name as record_name,
    waited.owner_id,
    cast(open_deals.amount as decimal(18, 2)) as at_risk_amount,
    'Assigned on ' || cast({{ local_date('waited.assigned_at') }} as {{ dbt.type_string() }})
    || case
        when waited.first_touched_at is null then ' and not touched yet, for '
        else ' and first touched on '
            || cast({{ local_date('waited.first_touched_at') }} as {{ dbt.type_string() }}) || ', after '
    end
    || cast(cast(floor(waited.waited_hours) as bigint) as {{ dbt.type_string() }})
    || ' hours; the limit is ' || cast(waited.limit_hours as {{ dbt.type_string() }}) as detail
from waited
left join open_deals on waited.converted_opportunity_id = open_deals.opportunity_id
where waited.waited_hours > waited.limit_hours
