{# How much of the open pipeline stalls, now. #}

with deals as (
    select
        open_deals.opportunity_id,
        coalesce(open_deals.owner_id, '') as owner_id,
        coalesce(open_deals.amount, 0) as amount,
        stalled.opportunity_id is not null as is_stalled,
        coalesce(stalled.is_too_long_in_stage, false) as is_too_long_in_stage,
        coalesce(stalled.is_idle, false) as is_idle
    from {{ ref('fct_opportunities') }} as open_deals
    left join {{ ref('rpt_stalled_deals') }} as stalled
        on open_deals.opportunity_id = stalled.opportunity_id
    where open_deals.is_open
)

select
    scopes.scope_kind,
    scopes.scope_id,
    scopes.scope_name,
    count(*) as open_count,
    cast(sum(deals.amount) as decimal(18, 2)) as open_amount,
    cast(sum(case when deals.is_stalled then 1 else 0 end) as bigint) as stalled_count,
    cast(sum(case when deals.is_stalled then deals.amount else 0 end) as decimal(18, 2)) as stalled_amount,
    cast(sum(case when deals.is_too_long_in_stage then 1 else 0 end) as bigint) as too_long_in_stage_count,
    cast(sum(case when deals.is_idle then 1 else 0 end) as bigint) as idle_count,
    cast(sum(case when deals.is_stalled then 1 else 0 end) as double) / count(*) as stalled_rate,
    case
        when sum(deals.amount) > 0
            then cast(sum(case when deals.is_stalled then deals.amount else 0 end) as double)
                / cast(sum(deals.amount) as double)
    end as stalled_value_rate
from deals
inner join {{ ref('int_scopes_membered') }} as scopes on deals.owner_id = scopes.owner_id
group by scopes.scope_kind, scopes.scope_id, scopes.scope_name
