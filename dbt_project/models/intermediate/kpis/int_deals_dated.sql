{{ config(materialized='view') }}
{#
    Every deal with the days on which it counts as created, qualified and lost, and what it was worth then. One that was
    deleted since was created all the same, but is neither won nor lost. Without an amount it is worth nothing, not
    something unknown: sums stay sums.
#}

select
    deals.opportunity_id,
    deals.account_id,
    deals.owner_id,
    deals.sales_process,
    deals.opportunity_type,
    deals.lead_source,
    coalesce(standing.is_won, false) as is_won,
    coalesce(standing.is_lost, false) as is_lost,
    {{ local_date('deals.created_at') }} as created_date,
    deals.close_date,
    coalesce(deals.amount, 0) as value_amount,
    case when standing.is_lost then coalesce({{ local_date('standing.closed_at') }}, standing.close_date) end
        as lost_date,
    coalesce(origins.first_owner_id, deals.owner_id) as first_owner_id,
    coalesce(origins.first_amount, 0) as first_amount,
    {{ local_date('origins.qualified_at') }} as qualified_date,
    origins.qualified_owner_id,
    coalesce(origins.qualified_amount, 0) as qualified_amount
from {{ ref('int_opportunities_classified') }} as deals
left join {{ ref('fct_opportunities') }} as standing
    on deals.opportunity_id = standing.opportunity_id
left join {{ ref('int_opportunity_origins_told') }} as origins
    on deals.opportunity_id = origins.opportunity_id
