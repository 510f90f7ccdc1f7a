{#
    How much of each seller's credited bookings lies in which tier of the plan: a tier begins at its share of the quota
    and ends where the next one begins, and pays rate × accelerator on what lies within. Without a quota above zero
    there is no attainment: the first tier holds for all.
#}

with tiers as (
    select
        *,
        lead(from_attainment_ratio) over (
            partition by plan_id order by from_attainment_ratio asc
        ) as to_attainment_ratio,
        row_number() over (partition by plan_id order by from_attainment_ratio asc) as tier_number
    from {{ ref('pay_plan_tiers') }}
),

credited as (
    select
        bookings.credited_user_id as owner_id,
        dates.fiscal_quarter_start_date as period_start_date,
        cast(sum(bookings.credited_amount) as decimal(18, 2)) as bookings_amount
    from {{ ref('int_credited_bookings') }} as bookings
    inner join {{ ref('dim_dates') }} as dates on bookings.close_date = dates.date_day
    cross join {{ ref('int_as_of') }} as as_of
    where bookings.close_date <= as_of.as_of_date
    group by bookings.credited_user_id, dates.fiscal_quarter_start_date
),

based as (
    select
        assigned.owner_id,
        assigned.period_start_date,
        assigned.plan_id,
        coalesce(credited.bookings_amount, 0) as bookings_amount,
        goals.goal_value as quota_amount,
        case when goals.goal_value > 0 then cast(goals.goal_value as decimal(20, 2)) end as base_amount
    from {{ ref('int_pay_plans_assigned') }} as assigned
    left join credited
        on
            assigned.owner_id = credited.owner_id
            and assigned.period_start_date = credited.period_start_date
    left join {{ ref('int_kpi_goals') }} as goals
        on
            goals.scope_kind = 'owner'
            and goals.metric = 'bookings_amount'
            and goals.period_kind = 'quarter'
            and assigned.owner_id = goals.scope_id
            and assigned.period_start_date = goals.period_start_date
    where
        credited.bookings_amount is not null
        or goals.goal_value is not null
),

bounded as (
    select
        based.*,
        tiers.tier_number,
        tiers.from_attainment_ratio,
        tiers.rate,
        tiers.accelerator,
        tiers.from_attainment_ratio * based.base_amount as from_amount,
        tiers.to_attainment_ratio * based.base_amount as to_amount
    from based
    inner join tiers on based.plan_id = tiers.plan_id
)

select
    owner_id,
    period_start_date,
    bookings_amount,
    quota_amount,
    tier_number,
    from_attainment_ratio,
    rate,
    accelerator,
    tier_number = 1 or coalesce(bookings_amount >= from_amount, false) as is_reached,
    cast(
        case
            when tier_number = 1 then least(bookings_amount, coalesce(to_amount, bookings_amount))
            when from_amount is null then 0
            else greatest(least(bookings_amount, coalesce(to_amount, bookings_amount)) - from_amount, 0)
        end as decimal(28, 6)
    ) as tier_amount
from bounded
