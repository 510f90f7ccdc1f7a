{#
    From which day to which day a currency has which rate. A day without a dated rate has the static one. An org of one
    currency has one row, for records that name no currency; elsewhere there is none for these.
#}

with currencies as (
    select * from {{ ref('stg_salesforce__currency_types') }}
),

dated as (
    select
        *,
        lead(start_date) over (partition by currency_iso_code order by start_date asc) as following_date
    from {{ ref('stg_salesforce__dated_conversion_rates') }}
),

starts as (
    select
        currency_iso_code,
        cast('0001-01-01' as date) as valid_from,
        cast(null as double) as dated_rate
    from currencies
    union all
    select currency_iso_code, start_date as valid_from, dated_rate
    from dated
    union all
    select currency_iso_code, next_start_date as valid_from, cast(null as double) as dated_rate
    from dated
    where next_start_date < following_date or following_date is null
),

periods as (
    select
        currency_iso_code,
        valid_from,
        max(dated_rate) as dated_rate,
        lead(valid_from) over (partition by currency_iso_code order by valid_from asc) as next_from
    from starts
    where valid_from < cast('9999-12-31' as date)
    group by currency_iso_code, valid_from
),

rates as (
    select
        periods.currency_iso_code,
        periods.valid_from,
        coalesce(periods.next_from, cast('9999-12-31' as date)) as valid_to,
        nullif(coalesce(periods.dated_rate, currencies.static_rate), 0) as rate,
        case when periods.dated_rate is null then 'static' else 'dated' end as rate_source
    from periods
    left join currencies on periods.currency_iso_code = currencies.currency_iso_code
)

select rates.*, constant_rates.rate as constant_rate
from rates
cross join {{ ref('int_constant_currency_day') }} as fixed
left join rates as constant_rates
    on
        rates.currency_iso_code = constant_rates.currency_iso_code
        and fixed.constant_currency_date >= constant_rates.valid_from
        and fixed.constant_currency_date < constant_rates.valid_to

union all

select
    '' as currency_iso_code,
    cast('0001-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_to,
    cast(1 as double) as rate,
    'one currency' as rate_source,
    cast(1 as double) as constant_rate
from (select count(*) as currency_count from currencies) as counted
where counted.currency_count = 0
