{#
    What the sellers of each scope can be expected to bring in a fiscal quarter, Σ ramp factor × quota over its months,
    against the goal: a team's goal is its manager's quota where there is one, and need not be the sum of the people's.
#}

with quarters as (
    select distinct fiscal_month_start_date, fiscal_quarter_start_date
    from {{ ref('dim_dates') }}
),

by_seller as (
    select
        months.owner_id,
        quarters.fiscal_quarter_start_date as period_start_date,
        sum(months.quota_amount) as quota_amount,
        sum(months.quota_amount * months.ramp_factor) as capacity_amount,
        max(case when months.ramp_factor < 1 then 1 else 0 end) as is_ramping,
        max(case when months.is_hire_date_assumed then 1 else 0 end) as is_assumed
    from {{ ref('int_seller_months_ramped') }} as months
    inner join quarters on months.period_start_date = quarters.fiscal_month_start_date
    group by months.owner_id, quarters.fiscal_quarter_start_date
),

summed as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        scopes.scope_name,
        by_seller.period_start_date,
        count(*) as seller_count,
        sum(by_seller.is_ramping) as ramping_count,
        sum(case when by_seller.quota_amount is null then 1 else 0 end) as without_quota_count,
        sum(by_seller.is_assumed) as assumed_hire_date_count,
        sum(by_seller.quota_amount) as quota_amount,
        sum(by_seller.capacity_amount) as capacity_amount
    from by_seller
    inner join {{ ref('int_scopes_membered') }} as scopes on by_seller.owner_id = scopes.owner_id
    group by scopes.scope_kind, scopes.scope_id, scopes.scope_name, by_seller.period_start_date
)

select
    summed.scope_kind,
    summed.scope_id,
    summed.scope_name,
    summed.period_start_date,
    periods.period_label,
    summed.seller_count,
    cast(summed.ramping_count as bigint) as ramping_count,
    cast(summed.without_quota_count as bigint) as without_quota_count,
    cast(summed.assumed_hire_date_count as bigint) as assumed_hire_date_count,
    cast(summed.quota_amount as decimal(18, 2)) as quota_amount,
    cast(summed.capacity_amount as decimal(18, 2)) as capacity_amount,
    cast(goals.goal_value as decimal(18, 2)) as goal_amount,
    cast(goals.goal_value - summed.capacity_amount as decimal(18, 2)) as capacity_gap_amount,
    case
        when goals.goal_value > 0
            then cast(summed.capacity_amount as double) / cast(goals.goal_value as double)
    end as capacity_ratio,
    case
        when goals.goal_value > 0
            then cast(summed.quota_amount as double) / cast(goals.goal_value as double)
    end as assignment_ratio,
    periods.is_current,
    periods.is_future
from summed
inner join {{ ref('dim_periods') }} as periods
    on
        periods.period_kind = 'quarter'
        and summed.period_start_date = periods.period_start_date
left join {{ ref('int_kpi_goals') }} as goals
    on
        goals.metric = 'bookings_amount'
        and goals.period_kind = 'quarter'
        and summed.scope_kind = goals.scope_kind
        and summed.scope_id = goals.scope_id
        and summed.period_start_date = goals.period_start_date
