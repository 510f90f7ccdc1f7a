{#
    Of the customers first won in a fiscal quarter, how many are left after so many quarters, and what they are worth
    beside what they began with. One that left and came back counts as kept again.
#}

with quarters as (
    select
        period_start_date,
        is_complete,
        row_number() over (order by period_start_date asc) as quarter_number
    from {{ ref('dim_periods') }}
    where period_kind = 'quarter' and not is_future
),

ends as (
    select
        customers.account_id,
        customers.end_amount,
        quarters.quarter_number,
        min(quarters.quarter_number) over (partition by customers.account_id) as cohort_number
    from {{ ref('fct_customer_periods') }} as customers
    inner join quarters on customers.period_start_date = quarters.period_start_date
    where customers.period_kind = 'quarter' and customers.is_customer_at_end
),

members as (
    select account_id, cohort_number, end_amount as first_amount
    from ends
    where quarter_number = cohort_number
),

summed as (
    select
        members.cohort_number,
        quarters.quarter_number,
        count(*) as customer_count,
        count(ends.account_id) as kept_count,
        sum(members.first_amount) as start_amount,
        -- one that has left is worth nothing: `least` alone would pass over its blank
        sum(least(coalesce(ends.end_amount, 0), members.first_amount)) as retained_amount,
        coalesce(sum(ends.end_amount), 0) as end_amount
    from members
    inner join quarters on members.cohort_number <= quarters.quarter_number
    left join ends
        on
            members.account_id = ends.account_id
            and quarters.quarter_number = ends.quarter_number
    group by members.cohort_number, quarters.quarter_number
)

select
    cohorts.period_start_date as cohort_start_date,
    quarters.period_start_date,
    cast(summed.quarter_number - summed.cohort_number as bigint) as age_quarters,
    summed.customer_count,
    cast(summed.kept_count as bigint) as kept_count,
    cast(summed.start_amount as decimal(18, 2)) as start_amount,
    cast(summed.retained_amount as decimal(18, 2)) as retained_amount,
    cast(summed.end_amount as decimal(18, 2)) as end_amount,
    cast(summed.kept_count as double) / summed.customer_count as logo_retention_rate,
    cast(summed.retained_amount as double) / nullif(summed.start_amount, 0) as gross_retention_rate,
    cast(summed.end_amount as double) / nullif(summed.start_amount, 0) as net_retention_ratio,
    quarters.is_complete
from summed
inner join quarters as cohorts on summed.cohort_number = cohorts.quarter_number
inner join quarters on summed.quarter_number = quarters.quarter_number
