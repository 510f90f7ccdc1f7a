{# Open deals alone: a meeting that is held later mends it. #}

with met as (
    select distinct opportunity_id
    from {{ ref('fct_activities') }}
    where opportunity_id is not null and is_meeting and is_completed
)

select
    {{ deal_finding('PATH-11', "
        In {stage_name} since {stage_entered_at|date}, and no meeting with the customer has been held yet
    ", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
inner join {{ proposals_by('PATH-11') }} as proposals
    on deals.sales_process = proposals.sales_process
left join met on deals.opportunity_id = met.opportunity_id
where deals.is_open and deals.stage_order >= proposals.proposal_order and met.opportunity_id is null
