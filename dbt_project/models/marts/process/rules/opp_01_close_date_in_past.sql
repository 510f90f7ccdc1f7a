with opportunities as (

    select * from {{ ref('fct_opportunities') }}
    where is_open

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

thresholds as (

    select
        sales_process,
        threshold_value as grace_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'OPP-01' and threshold_name = 'grace_days'

),

aged as (

    select
        opportunities.*,
        thresholds.grace_days,
        {{ dbt.datediff('opportunities.close_date', 'as_of.as_of_date', 'day') }} as overdue_days
    from opportunities
    cross join as_of
    inner join thresholds
        on coalesce(opportunities.sales_process, '') = thresholds.sales_process

)

select
    'OPP-01' as rule_id,
    'Opportunity' as record_object,
    opportunity_id as record_id,
    opportunity_name as record_name,
    owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    'Close date ' || cast(close_date as {{ dbt.type_string() }})
    || ' passed ' || cast(overdue_days as {{ dbt.type_string() }})
    || case when overdue_days = 1 then ' day ago' else ' days ago' end
    || ' and the deal is still in ' || stage_name as detail
from aged
where overdue_days > grace_days
