with thresholds as (

    {{ thresholds_of('OPP-16', ['share_limit_percent', 'least_count']) }}

),

counted as (

    select
        deals.owner_id,
        count(*) as deal_count,
        sum(case when deals.close_date = calendar.fiscal_quarter_end_date then 1 else 0 end)
            as last_day_count,
        sum(case when deals.close_date = calendar.fiscal_quarter_end_date then deals.amount end)
            as last_day_amount
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_dates') }} as calendar
        on deals.close_date = calendar.date_day
    where deals.is_open
    group by deals.owner_id

)

select
    'OPP-16' as rule_id,
    'User' as record_object,
    sellers.user_id as record_id,
    sellers.user_name as record_name,
    sellers.user_id as owner_id,
    cast(counted.last_day_amount as decimal(18, 2)) as at_risk_amount,
    cast(counted.last_day_count as {{ dbt.type_string() }})
    || ' of '
    || cast(counted.deal_count as {{ dbt.type_string() }})
    || ' open deals are to close on the last day of a quarter' as detail
from counted
inner join {{ ref('dim_users') }} as sellers
    on counted.owner_id = sellers.user_id
cross join thresholds
where
    thresholds.sales_process = ''
    and counted.deal_count >= thresholds.least_count
    and 100 * counted.last_day_count > thresholds.share_limit_percent * counted.deal_count
