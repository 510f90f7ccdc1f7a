with thresholds as (

    {{ thresholds_of('OPP-12', ['difference_limit_percent']) }}

),

judged as (

    {{ deals_judged_by('OPP-12') }}

),

summed as (

    select
        opportunity_id,
        sum(record_amount) as products_amount
    from {{ ref('stg_salesforce__opportunity_line_items') }}
    where not is_deleted
    group by opportunity_id

)

select
    'OPP-12' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'The products add up to ' || cast(summed.products_amount as {{ dbt.type_string() }})
    || ', the amount is '
    || coalesce(cast(judged.record_amount as {{ dbt.type_string() }}), 'blank') as detail
from judged
inner join thresholds
    on coalesce(judged.sales_process, '') = thresholds.sales_process
inner join summed
    on judged.opportunity_id = summed.opportunity_id
where
    100 * abs(coalesce(judged.record_amount, 0) - summed.products_amount)
    > thresholds.difference_limit_percent * abs(coalesce(judged.record_amount, 0))
