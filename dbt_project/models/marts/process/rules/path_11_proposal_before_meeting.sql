{# Open deals alone: a meeting that is held later mends it. #}

with proposals as (

    {{ proposals_by('PATH-11') }}

),

met as (

    select distinct opportunity_id
    from {{ ref('fct_activities') }}
    where
        opportunity_id is not null
        and is_meeting
        and is_completed

)

select
    'PATH-11' as rule_id,
    'Opportunity' as record_object,
    opportunities.opportunity_id as record_id,
    opportunities.opportunity_name as record_name,
    opportunities.owner_id,
    cast(opportunities.amount as decimal(18, 2)) as at_risk_amount,
    'In ' || opportunities.stage_name
    || ' since ' || cast({{ local_date('opportunities.stage_entered_at') }} as {{ dbt.type_string() }})
    || ', and no meeting with the customer has been held yet' as detail
from {{ ref('fct_opportunities') }} as opportunities
inner join proposals
    on opportunities.sales_process = proposals.sales_process
left join met
    on opportunities.opportunity_id = met.opportunity_id
where
    opportunities.is_open
    and opportunities.stage_order >= proposals.proposal_order
    and met.opportunity_id is null
