{# What each owner's customers were worth through each fiscal quarter and year, and how many were kept. #}

select
    owner_id,
    period_kind,
    period_start_date,
    sum(case when is_customer_at_start then 1 else 0 end) as customer_count,
    sum(case when is_customer_at_start and is_customer_at_end then 1 else 0 end) as kept_count,
    sum(case when is_customer_at_end and not is_customer_at_start then 1 else 0 end) as new_count,
    sum(start_amount) as start_amount,
    sum(new_amount) as new_amount,
    sum(expansion_amount) as expansion_amount,
    sum(contraction_amount) as contraction_amount,
    sum(churned_amount) as churned_amount,
    sum(end_amount) as end_amount,
    sum(unsized_count) as unsized_count
from {{ ref('fct_customer_periods') }}
group by owner_id, period_kind, period_start_date
