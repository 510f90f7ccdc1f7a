{#
    Each booking of finance with the deal that it is of: the won deal that it names, else a won deal that nothing names, of
    the same account and the same amount in the same currency. Of several such bookings and deals the first booked is
    that of the first closed, and so on: no deal is two of them's.
#}

with bookings as (
    select * from {{ ref('int_finance_bookings_placed') }}
),

named as (
    select distinct named_opportunity_id as opportunity_id
    from bookings
    where is_named_won
),

free_bookings as (
    select
        booking_id,
        account_id,
        known_iso_code,
        record_amount,
        row_number() over (
            partition by account_id, known_iso_code, record_amount order by booked_date asc, booking_id asc
        ) as place
    from bookings
    where named_opportunity_id is null and account_id is not null
),

free_deals as (
    select
        deals.opportunity_id,
        deals.account_id,
        coalesce(deals.currency_iso_code, '') as known_iso_code,
        deals.record_amount,
        row_number() over (
            partition by deals.account_id, coalesce(deals.currency_iso_code, ''), deals.record_amount
            order by deals.close_date asc, deals.opportunity_id asc
        ) as place
    from {{ ref('fct_opportunities') }} as deals
    left join named on deals.opportunity_id = named.opportunity_id
    where deals.is_won and named.opportunity_id is null
)

select
    bookings.*,
    case when bookings.is_named_won then bookings.named_opportunity_id else free_deals.opportunity_id end
        as opportunity_id,
    case
        when bookings.is_named_won then 'opportunity_id'
        when free_deals.opportunity_id is not null then 'account_and_amount'
        else 'finance_only'
    end as match_kind
from bookings
left join free_bookings on bookings.booking_id = free_bookings.booking_id
left join free_deals
    on
        free_bookings.account_id = free_deals.account_id
        and free_bookings.known_iso_code = free_deals.known_iso_code
        and free_bookings.record_amount = free_deals.record_amount
        and free_bookings.place = free_deals.place
