with deals as (
    select *
    from {{ open_deals('OPP-25', ['created_within_days', 'amount_limit_percent']) }} as deals
    where account_id is not null and amount is not null
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
    {{ deal_finding('OPP-25', "
        Like {coalesce(other_name, 'another deal')} of the same
        account{case when other_count > 1 then ' and others' else '' end}
    ", of='deals') }}
from deals
inner join twins on deals.opportunity_id = twins.opportunity_id
