{#
    Each booking of finance with its amount in corporate currency, the deal that it names, and its account in the CRM: by
    the id it names, or by a name that one account alone has. An org of one currency does not say which: a file
    that names one currency means it, and one that names several cannot be read as it.
#}

with bookings as (
    select * from {{ ref('stg_finance__bookings') }}
),

org as (
    select
        count(*) as currency_count,
        max(case when is_corporate then currency_iso_code end) as corporate_iso_code
    from {{ ref('stg_salesforce__currency_types') }}
),

file as (
    select count(distinct currency_iso_code) as currency_count from bookings
),

denominated as (
    select
        bookings.*,
        case
            when org.currency_count > 0 then coalesce(bookings.currency_iso_code, org.corporate_iso_code)
            when file.currency_count <= 1 then ''
            else coalesce(bookings.currency_iso_code, 'not told')
        end as known_iso_code
    from bookings
    cross join org
    cross join file
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

names as (
    select lower(trim(account_name)) as account_name_key, min(account_id) as account_id
    from accounts
    where not is_deleted
    group by lower(trim(account_name))
    having count(*) = 1
)

select
    denominated.booking_id,
    denominated.line_number,
    denominated.booked_date,
    denominated.currency_iso_code,
    denominated.known_iso_code,
    denominated.record_amount,
    {{ in_corporate_currency('denominated.record_amount', 'rates.rate') }} as amount,
    denominated.account_name,
    coalesce(deals.account_id, named.merged_into_account_id, named.account_id, names.account_id)
        as account_id,
    deals.opportunity_id as named_opportunity_id,
    coalesce(deals.is_won, false) as is_named_won
from denominated
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'denominated.known_iso_code', 'denominated.booked_date') }}
left join {{ ref('fct_opportunities') }} as deals
    on denominated.opportunity_key = substring(deals.opportunity_id, 1, 15)
left join accounts as named on denominated.account_key = substring(named.account_id, 1, 15)
left join names on lower(trim(denominated.account_name)) = names.account_name_key
