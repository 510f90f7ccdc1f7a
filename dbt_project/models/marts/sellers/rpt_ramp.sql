{#
    What sellers reach of their quota in each month since they were hired, beside what the ramp curve expects. Months
    that are over, with a quota; the ratio is of the sums, so that a large quota weighs more.
#}

select
    tenure_months,
    cast(count(distinct owner_id) as bigint) as seller_count,
    cast(count(distinct case when is_hire_date_assumed then owner_id end) as bigint)
        as assumed_hire_date_count,
    cast(sum(quota_amount) as decimal(18, 2)) as quota_amount,
    cast(sum(bookings_amount) as decimal(18, 2)) as bookings_amount,
    cast(sum(capacity_amount) as decimal(18, 2)) as capacity_amount,
    cast(sum(bookings_amount) as double) / nullif(sum(quota_amount), 0) as attainment_ratio,
    cast({{ percentile('attainment_ratio', 0.5) }} as double) as median_attainment_ratio,
    cast(sum(capacity_amount) as double) / nullif(sum(quota_amount), 0) as ramp_factor
from {{ ref('fct_seller_months') }}
where is_complete and tenure_months is not null and quota_amount > 0
group by tenure_months
