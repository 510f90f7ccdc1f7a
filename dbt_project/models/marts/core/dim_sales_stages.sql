select
    sales_process,
    stage_name,
    stage_order,
    is_closed,
    is_won,
    default_probability_rate,
    idle_limit_days,
    is_amount_required,
    is_inferred
from {{ ref('int_sales_stages_resolved') }}
