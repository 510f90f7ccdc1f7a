select
    {{ deal_finding('OPP-07', "
        Open for {age_days|floor} days; half of the won deals of {deals.sales_process} took at most
        {median_cycle_days|ceiling}
    ") }}
from {{ open_deals('OPP-07', ['age_limit_percent']) }} as deals
inner join {{ ref('dim_sales_processes') }} as processes
    on deals.sales_process = processes.sales_process
where deals.age_days > processes.median_cycle_days * deals.age_limit_percent / 100.0
