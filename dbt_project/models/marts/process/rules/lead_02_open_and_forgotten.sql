{# Touches are counted by the calendar: of what was written down on a later day only the day is known. #}

with leads as (

    select * from {{ ref('fct_leads') }}
    where not is_converted
        and not coalesce(lead_status in {{ quoted_list(var('closed_lead_statuses')) }}, false)

),

touches as (

    select
        who_id as lead_id,
        max(done_date) as last_touched_date
    from {{ ref('fct_activities') }}
    where is_completed
        and substring(who_id, 1, 3) = '00Q'
    group by who_id

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'open_limit_days' then threshold_value end) as open_limit_days,
        max(case when threshold_name = 'silent_limit_days' then threshold_value end) as silent_limit_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'LEAD-02' and sales_process = ''

),

aged as (

    select
        leads.*,
        thresholds.*,
        touches.last_touched_date,
        {{ elapsed_days('leads.created_at', 'as_of.as_of_at') }} as open_days,
        {{ dbt.datediff('touches.last_touched_date', 'as_of.as_of_date', 'day') }} as silent_days
    from leads
    cross join as_of
    cross join thresholds
    left join touches on leads.lead_id = touches.lead_id

)

select
    'LEAD-02' as rule_id,
    'Lead' as record_object,
    lead_id as record_id,
    lead_name as record_name,
    owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'Open since ' || cast(created_date as {{ dbt.type_string() }})
    || case
        when last_touched_date is null then ' and never touched'
        else ' and last touched on ' || cast(last_touched_date as {{ dbt.type_string() }})
    end as detail
from aged
where open_days > open_limit_days
    and (last_touched_date is null or silent_days > silent_limit_days)
