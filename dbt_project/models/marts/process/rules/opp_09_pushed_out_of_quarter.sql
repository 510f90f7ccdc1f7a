with thresholds as (

    {{ thresholds_of('OPP-09', ['quarter_limit_count']) }}

),

pushes as (

    select
        changes.opportunity_id,
        count(*) as push_count
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join {{ ref('dim_dates') }} as old_days
        on cast(changes.old_value as date) = old_days.date_day
    inner join {{ ref('dim_dates') }} as new_days
        on cast(changes.new_value as date) = new_days.date_day
    where
        changes.field_name = 'CloseDate'
        and changes.is_push
        and new_days.fiscal_quarter_start_date > old_days.fiscal_quarter_start_date
    group by changes.opportunity_id

)

select
    'OPP-09' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'Moved to a later quarter ' || cast(pushes.push_count as {{ dbt.type_string() }})
    || ' times; it is now to close on ' || cast(deals.close_date as {{ dbt.type_string() }}) as detail
from {{ ref('fct_opportunities') }} as deals
inner join pushes
    on deals.opportunity_id = pushes.opportunity_id
inner join thresholds
    on coalesce(deals.sales_process, '') = thresholds.sales_process
where
    deals.is_open
    and pushes.push_count >= thresholds.quarter_limit_count
