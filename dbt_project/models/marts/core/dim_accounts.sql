{# Deleted and merged accounts stay, marked, so that every deal's account is here. #}

with accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

deals as (
    select
        account_id,
        count(*) as opportunity_count,
        sum(case when is_open then 1 else 0 end) as open_count,
        sum(case when is_open then amount end) as open_amount,
        sum(case when is_won then 1 else 0 end) as won_count,
        sum(case when is_won then amount end) as won_amount,
        min(case when is_won then close_date end) as first_won_date,
        max(case when is_won then close_date end) as last_won_date
    from {{ ref('fct_opportunities') }}
    group by account_id
)

select
    accounts.account_id,
    accounts.account_name,
    accounts.industry,
    accounts.account_type,
    accounts.owner_id,
    owners.user_name as owner_name,
    accounts.parent_account_id,
    parents.account_name as parent_account_name,
    accounts.billing_country,
    {{ in_corporate_currency('accounts.record_annual_revenue_amount', 'rates.rate') }}
        as annual_revenue_amount,
    accounts.employee_count,
    coalesce(deals.won_count, 0) > 0 as is_customer,
    deals.first_won_date,
    deals.last_won_date,
    cast(coalesce(deals.won_count, 0) as bigint) as won_count,
    cast(coalesce(deals.won_amount, 0) as decimal(18, 2)) as won_amount,
    cast(coalesce(deals.open_count, 0) as bigint) as open_count,
    cast(coalesce(deals.open_amount, 0) as decimal(18, 2)) as open_amount,
    accounts.created_at,
    accounts.is_deleted,
    accounts.deleted_at,
    accounts.master_record_id as merged_into_account_id
from accounts
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'accounts.currency_iso_code', 'cast(null as date)') }}
left join accounts as parents on accounts.parent_account_id = parents.account_id
left join {{ ref('stg_salesforce__users') }} as owners on accounts.owner_id = owners.user_id
left join deals on accounts.account_id = deals.account_id
