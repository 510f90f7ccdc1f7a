with thresholds as (

    {{ thresholds_of('OPP-07', ['age_limit_percent']) }}

)

select
    'OPP-07' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'Open for ' || cast(cast(floor(deals.age_days) as bigint) as {{ dbt.type_string() }})
    || ' days; half of the won deals of ' || deals.sales_process
    || ' took at most '
    || cast(cast(ceiling(processes.median_cycle_days) as bigint) as {{ dbt.type_string() }}) as detail
from {{ ref('fct_opportunities') }} as deals
inner join {{ ref('dim_sales_processes') }} as processes
    on deals.sales_process = processes.sales_process
inner join thresholds
    on deals.sales_process = thresholds.sales_process
where
    deals.is_open
    and deals.age_days > processes.median_cycle_days * thresholds.age_limit_percent / 100.0
