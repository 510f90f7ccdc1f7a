with thresholds as (

    {{ thresholds_of('OPP-25', ['created_within_days', 'amount_limit_percent']) }}

),

deals as (

    select
        deals.*,
        thresholds.created_within_days,
        thresholds.amount_limit_percent
    from {{ ref('fct_opportunities') }} as deals
    inner join thresholds
        on coalesce(deals.sales_process, '') = thresholds.sales_process
    where
        deals.is_open
        and deals.account_id is not null
        and deals.amount is not null

),

twins as (

    select
        deals.opportunity_id,
        min(twin_deals.opportunity_name) as other_name,
        count(*) as other_count
    from deals
    inner join deals as twin_deals
        on
            deals.account_id = twin_deals.account_id
            and coalesce(deals.opportunity_type, '') = coalesce(twin_deals.opportunity_type, '')
            and deals.opportunity_id <> twin_deals.opportunity_id
    where
        abs({{ dbt.datediff('deals.created_at', 'twin_deals.created_at', 'second') }})
        <= 86400 * deals.created_within_days
        and abs(deals.amount - twin_deals.amount)
        <= greatest(deals.amount, twin_deals.amount) * deals.amount_limit_percent / 100.0
    group by deals.opportunity_id

)

select
    'OPP-25' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'Like ' || coalesce(twins.other_name, 'another deal') || ' of the same account'
    || case when twins.other_count > 1 then ' and others' else '' end as detail
from deals
inner join twins
    on deals.opportunity_id = twins.opportunity_id
