select
    owner_id,
    period_start_date,
    period_label,
    owner_name,
    manager_id,
    hire_date,
    is_hire_date_assumed,
    cast(tenure_months as bigint) as tenure_months,
    cast(ramp_factor as double) as ramp_factor,
    cast(quota_amount as decimal(18, 2)) as quota_amount,
    cast(bookings_amount as decimal(18, 2)) as bookings_amount,
    cast(bookings_amount as double) / nullif(cast(quota_amount as double), 0) as attainment_ratio,
    cast(quota_amount * ramp_factor as decimal(18, 2)) as capacity_amount,
    is_complete,
    is_future
from {{ ref('int_seller_months_ramped') }}
