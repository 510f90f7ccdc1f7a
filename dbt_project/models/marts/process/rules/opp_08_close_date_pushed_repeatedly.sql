with opportunities as (

    select * from {{ ref('fct_opportunities') }}
    where is_open

),

thresholds as (

    select
        sales_process,
        threshold_value as push_limit_count
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'OPP-08' and threshold_name = 'push_limit_count'

)

select
    'OPP-08' as rule_id,
    'Opportunity' as record_object,
    opportunities.opportunity_id as record_id,
    opportunities.opportunity_name as record_name,
    opportunities.owner_id,
    cast(opportunities.amount as decimal(18, 2)) as at_risk_amount,
    'The close date was moved later ' || cast(opportunities.push_count as {{ dbt.type_string() }})
    || ' times; it is now ' || cast(opportunities.close_date as {{ dbt.type_string() }}) as detail
from opportunities
inner join thresholds
    on coalesce(opportunities.sales_process, '') = thresholds.sales_process
where opportunities.push_count >= thresholds.push_limit_count
