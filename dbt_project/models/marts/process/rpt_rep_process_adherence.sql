with users as (
    select * from {{ ref('dim_users') }}
    where is_seller
),

deals as (
    select opportunity_id, owner_id, amount
    from {{ ref('fct_opportunities') }}
    where is_open
),

exceptions as (
    select record_object, record_id, owner_id, severity
    from {{ ref('fct_process_exceptions') }}
    where status = 'open'
),

breaching_deals as (
    select
        record_id as opportunity_id,
        max(case when severity in ('critical', 'high') then 1 else 0 end) as is_grave
    from exceptions
    where record_object = 'Opportunity' and severity in ('critical', 'high', 'medium')
    group by record_id
),

by_deal as (
    select
        deals.owner_id,
        count(*) as open_count,
        count(breaching_deals.opportunity_id) as deals_with_exception_count,
        coalesce(sum(breaching_deals.is_grave), 0) as deals_with_grave_exception_count,
        sum(case when breaching_deals.opportunity_id is not null then deals.amount end) as at_risk_amount
    from deals
    left join breaching_deals on deals.opportunity_id = breaching_deals.opportunity_id
    group by deals.owner_id
),

by_exception as (
    select owner_id, count(*) as open_exception_count
    from exceptions
    group by owner_id
)

select
    users.user_id as owner_id,
    users.user_name as owner_name,
    users.manager_id,
    cast(coalesce(by_deal.open_count, 0) as bigint) as open_count,
    cast(coalesce(by_exception.open_exception_count, 0) as bigint) as open_exception_count,
    cast(coalesce(by_deal.deals_with_exception_count, 0) as bigint) as deals_with_exception_count,
    cast(coalesce(by_deal.deals_with_grave_exception_count, 0) as bigint) as deals_with_grave_exception_count,
    1 - cast(by_deal.deals_with_exception_count as double) / by_deal.open_count as adherence_rate,
    1 - cast(by_deal.deals_with_grave_exception_count as double) / by_deal.open_count as grave_free_rate,
    cast(coalesce(by_deal.at_risk_amount, 0) as decimal(18, 2)) as at_risk_amount
from users
left join by_deal on users.user_id = by_deal.owner_id
left join by_exception on users.user_id = by_exception.owner_id
