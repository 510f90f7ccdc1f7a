{#
    What finance has booked beside what the CRM has won, matched and unmatched. The amount of a deal stands in the row of its
    first booking only, so that both amounts can be added up. Deals that finance has not booked are listed
    for the months that its file covers.
#}

with bookings as (
    select
        *,
        row_number() over (partition by opportunity_id order by booked_date asc, booking_id asc)
            as booking_place
    from {{ ref('int_finance_bookings_matched') }}
),

covered as (
    select
        min(dates.fiscal_month_start_date) as first_date,
        max(dates.fiscal_month_end_date) as last_date
    from bookings
    inner join {{ ref('dim_dates') }} as dates on bookings.booked_date = dates.date_day
),

booked as (
    select distinct opportunity_id from bookings
    where opportunity_id is not null
),

deals as (
    select
        deals.*,
        booked.opportunity_id is not null as is_booked,
        deals.close_date between covered.first_date and covered.last_date as is_covered
    from {{ ref('fct_opportunities') }} as deals
    cross join covered
    left join booked on deals.opportunity_id = booked.opportunity_id
    where deals.is_won
)

select
    coalesce(bookings.booking_id, deals.opportunity_id) as reconciliation_id,
    coalesce(bookings.match_kind, 'crm_only') as match_kind,
    case
        when bookings.booking_id is null then 'Finance has booked nothing for this deal.'
        when bookings.match_kind <> 'finance_only' then null
        when bookings.named_opportunity_id is not null then 'The deal that finance names is not won.'
        when bookings.account_id is null then 'Finance names no account that is one of the CRM.'
        else 'No other won deal of the account has this amount and currency.'
    end as unmatched_reason,
    coalesce(deals.opportunity_id, bookings.named_opportunity_id) as opportunity_id,
    deals.opportunity_name,
    deals.owner_id,
    coalesce(deals.account_id, bookings.account_id) as account_id,
    coalesce(deals.account_name, buyers.account_name, bookings.account_name) as account_name,
    deals.close_date,
    bookings.booking_id,
    bookings.line_number,
    bookings.booked_date,
    bookings.currency_iso_code as booked_currency_iso_code,
    bookings.record_amount as booked_record_amount,
    bookings.amount as finance_amount,
    case when bookings.booking_id is null or bookings.booking_place = 1 then deals.amount end as crm_amount,
    cast(
        coalesce(case when bookings.booking_id is null or bookings.booking_place = 1 then deals.amount end, 0)
        - coalesce(bookings.amount, 0) as decimal(18, 2)
    ) as difference_amount
from bookings
full outer join deals
    on bookings.opportunity_id = deals.opportunity_id
left join {{ ref('dim_accounts') }} as buyers on bookings.account_id = buyers.account_id
where
    bookings.booking_id is not null
    or (not deals.is_booked and deals.is_covered)
