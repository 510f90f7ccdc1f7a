select
    {{ deal_finding('PATH-06', "
        {case when ended.way = '' then 'Went through no stage at all' else 'Went ' || ended.way end},
        {move_count} stages off the nearest allowed way of {ended.sales_process}
    ", of='deals') }}
from {{ ref('int_ended_ways_found') }} as ended
inner join {{ ref('int_ways_aligned') }} as aligned
    on
        ended.sales_process = aligned.sales_process
        and ended.is_won = aligned.is_won
        and ended.way = aligned.way
inner join {{ limits_by_process('PATH-06', ['move_limit_count']) }} as limits
    on ended.sales_process = limits.sales_process
inner join {{ ref('fct_opportunities') }} as deals on ended.opportunity_id = deals.opportunity_id
where aligned.move_count >= limits.move_limit_count
