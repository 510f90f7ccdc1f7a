{#
    What a day brings: open qualified deals × win rate × average size / cycle, all four of deals that have once been
    qualified, the last three of those that closed in the window that ends at T.
#}

with owned as (
    select
        owner_id,
        period_start_date,
        sum(case when outcome = 'open' then 1 else 0 end) as open_count,
        sum(case when outcome = 'won' then 1 else 0 end) as won_count,
        sum(case when outcome = 'lost' then 1 else 0 end) as lost_count,
        cast(sum(amount) as decimal(18, 2)) as sized_amount,
        count(amount) as sized_count,
        sum(cycle_days) as cycle_days,
        count(cycle_days) as cycle_count
    from {{ ref('int_velocity_deals_counted') }}
    group by owner_id, period_start_date
),

summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        max(scopes.scope_name) as scope_name,
        owned.period_start_date,
        sum(owned.open_count) as open_count,
        sum(owned.won_count) as won_count,
        sum(owned.lost_count) as lost_count,
        cast(sum(owned.sized_amount) as double) / nullif(sum(owned.sized_count), 0) as average_deal_amount,
        sum(owned.cycle_days) / nullif(sum(owned.cycle_count), 0) as cycle_days
    from owned
    inner join {{ ref('int_scopes_membered') }} as scopes on owned.owner_id = scopes.owner_id
    group by scopes.scope_kind, scopes.scope_id, owned.period_start_date
),

rated as (
    select *, cast(won_count as double) / nullif(won_count + lost_count, 0) as win_rate
    from summed
)

select
    rated.scope_kind,
    rated.scope_id,
    rated.scope_name,
    months.period_start_date,
    months.period_label,
    months.is_current,
    cast(rated.open_count as bigint) as open_qualified_count,
    cast(rated.won_count as bigint) as won_count,
    cast(rated.lost_count as bigint) as lost_count,
    rated.win_rate,
    rated.average_deal_amount,
    rated.cycle_days,
    case
        when rated.cycle_days > 0
            then rated.open_count * rated.win_rate * rated.average_deal_amount / rated.cycle_days
    end as velocity_amount
from rated
inner join {{ ref('dim_periods') }} as months
    on months.period_kind = 'month' and rated.period_start_date = months.period_start_date
