with thresholds as (

    {{ thresholds_of('PATH-06', ['move_limit_count']) }}

)

select
    'PATH-06' as rule_id,
    'Opportunity' as record_object,
    opportunities.opportunity_id as record_id,
    opportunities.opportunity_name as record_name,
    opportunities.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(0 as decimal(18, 2)) as at_risk_amount,
    case when ended.way = '' then 'Went through no stage at all' else 'Went ' || ended.way end
    || ', ' || cast(aligned.move_count as {{ dbt.type_string() }})
    || ' stages off the nearest allowed way of ' || ended.sales_process as detail
from {{ ref('int_ended_ways_found') }} as ended
inner join {{ ref('int_ways_aligned') }} as aligned
    on
        ended.sales_process = aligned.sales_process
        and ended.is_won = aligned.is_won
        and ended.way = aligned.way
inner join thresholds
    on ended.sales_process = thresholds.sales_process
inner join {{ ref('fct_opportunities') }} as opportunities
    on ended.opportunity_id = opportunities.opportunity_id
where aligned.move_count >= thresholds.move_limit_count
