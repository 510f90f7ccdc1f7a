{#
    Quotas of amounts in corporate currency, at the rate of their first day. One that names no currency is in it
    already.
#}

with currencies as (
    select max(case when is_corporate then currency_iso_code end) as corporate_iso_code
    from {{ ref('stg_salesforce__currency_types') }}
),

quotas as (
    select
        quotas.*,
        coalesce(quotas.currency_iso_code, currencies.corporate_iso_code) as known_iso_code
    from {{ ref('stg_salesforce__forecasting_quotas') }} as quotas
    cross join currencies
    where quotas.is_amount
)

select
    quotas.forecasting_quota_id,
    quotas.owner_id,
    quotas.period_id,
    quotas.start_date,
    quotas.record_amount,
    {{ in_corporate_currency('quotas.record_amount', 'rates.rate') }} as quota_amount
from quotas
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'quotas.known_iso_code', 'quotas.start_date') }}
