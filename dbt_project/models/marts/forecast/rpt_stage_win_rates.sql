select
    rates.sales_process,
    rates.stage_name,
    cast(rates.stage_order as bigint) as stage_order,
    cast(rates.closed_count as bigint) as reached_closed_count,
    cast(rates.won_count as bigint) as won_count,
    cast(rates.observed_win_rate as double) as observed_win_rate,
    cast(rates.win_rate as double) as win_rate,
    cast(stages.default_probability_rate as double) as default_probability_rate
from {{ ref('int_stage_win_rates_estimated') }} as rates
left join {{ ref('dim_sales_stages') }} as stages
    on rates.sales_process = stages.sales_process and rates.stage_name = stages.stage_name
