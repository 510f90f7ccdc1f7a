{# An estimate for talking about, not a payslip: what the plan of the seeds makes of the bookings credited. #}
{% set text = dbt.type_string() %}

with paid as (
    select
        owner_id,
        period_start_date,
        max(bookings_amount) as bookings_amount,
        max(quota_amount) as quota_amount,
        max(case when is_reached then tier_number end) as tier_number,
        cast(sum(tier_amount * rate * accelerator) as decimal(18, 2)) as earned_amount
    from {{ ref('int_pay_tiers_filled') }}
    group by owner_id, period_start_date
),

figures as (
    select
        assigned.*,
        cast(paid.bookings_amount as decimal(18, 2)) as credited_bookings_amount,
        cast(paid.quota_amount as decimal(18, 2)) as quota_amount,
        case
            when paid.quota_amount > 0
                then cast(paid.bookings_amount as double) / cast(paid.quota_amount as double)
        end as attainment_ratio,
        cast(
            cast(100 * paid.bookings_amount / nullif(paid.quota_amount, 0) as decimal(18, 1)) as {{ text }}
        ) as attainment_text,
        cast(paid.tier_number as bigint) as tier_number,
        cast(tiers.rate as double) as tier_rate,
        cast(tiers.accelerator as double) as tier_accelerator,
        paid.earned_amount,
        coalesce(gates.gate_result, 'none') as gate_result,
        cast(coalesce(gates.payout_ratio, 1) as double) as payout_ratio,
        cast(paid.earned_amount * coalesce(gates.payout_ratio, 1) as decimal(18, 2)) as estimated_pay_amount,
        coalesce(gates.explanation, 'none') as gate_explanation
    from paid
    inner join {{ ref('int_pay_plans_assigned') }} as assigned
        on paid.owner_id = assigned.owner_id and paid.period_start_date = assigned.period_start_date
    inner join {{ ref('int_pay_tiers_filled') }} as tiers
        on
            paid.owner_id = tiers.owner_id
            and paid.period_start_date = tiers.period_start_date
            and paid.tier_number = tiers.tier_number
    left join {{ ref('int_pay_gates_judged') }} as gates
        on paid.owner_id = gates.owner_id and paid.period_start_date = gates.period_start_date
)

select
    owner_id,
    period_start_date,
    period_label,
    owner_name,
    manager_id,
    plan_name,
    is_example as is_example_plan,
    credited_bookings_amount,
    quota_amount,
    attainment_ratio,
    tier_number,
    tier_rate,
    tier_accelerator,
    earned_amount,
    gate_result,
    payout_ratio,
    estimated_pay_amount,
    concat(
        'Estimate, not a payslip. ', plan_name,
        case when is_example then ' (an example plan)' else '' end, ': ',
        cast(credited_bookings_amount as {{ text }}), ' credited',
        case
            when attainment_ratio is null then ', no quota, so that the first tier holds for all'
            else concat(', ', attainment_text, ' % of the quota of ', cast(quota_amount as {{ text }}))
        end,
        '; tier ', cast(tier_number as {{ text }}), ' reached, which pays ', cast(tier_rate as {{ text }}),
        ' x ', cast(tier_accelerator as {{ text }}), ' on what lies in it; earned ',
        cast(earned_amount as {{ text }}), '; gates: ', gate_explanation, '; paid out ',
        cast(cast(100 * payout_ratio as decimal(18, 1)) as {{ text }}), ' %.'
    ) as explanation,
    is_complete
from figures
