{#
    CRM bookings less finance bookings by period and account: the one by close date, the other by the day it was booked. Of
    periods that the file of finance covers in part, both are told in whole.
#}

with listed as (
    select * from {{ ref('fct_finance_reconciliation') }}
),

covered as (
    select
        min(dates.fiscal_month_start_date) as first_date,
        max(dates.fiscal_month_end_date) as last_date
    from listed
    inner join {{ ref('dim_dates') }} as dates on listed.booked_date = dates.date_day
),

periods as (
    select
        periods.*,
        periods.period_start_date >= covered.first_date
        and periods.period_end_date <= covered.last_date as is_covered
    from {{ ref('dim_periods') }} as periods
    inner join covered
        on
            periods.period_start_date <= covered.last_date
            and periods.period_end_date >= covered.first_date
    where periods.period_kind in ('month', 'quarter', 'year')
),

entries as (
    select
        coalesce(account_id, '') as account_id,
        coalesce(account_name, '') as account_name,
        close_date as entry_date,
        coalesce(amount, 0) as crm_amount,
        0 as finance_amount,
        0 as crm_only_amount,
        0 as finance_only_amount,
        1 as deal_count,
        0 as booking_count
    from {{ ref('fct_opportunities') }}
    where is_won
    union all
    select
        coalesce(account_id, '') as account_id,
        coalesce(account_name, '') as account_name,
        coalesce(booked_date, close_date) as entry_date,
        0 as crm_amount,
        coalesce(finance_amount, 0) as finance_amount,
        case when match_kind = 'crm_only' then coalesce(crm_amount, 0) else 0 end as crm_only_amount,
        case when match_kind = 'finance_only' then coalesce(finance_amount, 0) else 0 end
            as finance_only_amount,
        0 as deal_count,
        case when booking_id is null then 0 else 1 end as booking_count
    from listed
)

select
    periods.period_kind,
    periods.period_start_date,
    periods.period_label,
    entries.account_id,
    entries.account_name,
    cast(sum(entries.crm_amount) as decimal(18, 2)) as crm_bookings_amount,
    cast(sum(entries.finance_amount) as decimal(18, 2)) as finance_bookings_amount,
    cast(sum(entries.crm_amount) - sum(entries.finance_amount) as decimal(18, 2)) as difference_amount,
    cast(sum(entries.crm_only_amount) as decimal(18, 2)) as crm_only_amount,
    cast(sum(entries.finance_only_amount) as decimal(18, 2)) as finance_only_amount,
    cast(sum(entries.deal_count) as bigint) as crm_deal_count,
    cast(sum(entries.booking_count) as bigint) as finance_booking_count,
    periods.is_covered
from entries
inner join periods
    on entries.entry_date between periods.period_start_date and periods.period_end_date
group by
    periods.period_kind,
    periods.period_start_date,
    periods.period_label,
    entries.account_id,
    entries.account_name,
    periods.is_covered
