{# Quotas of amounts in corporate currency, at the rate of their first day. #}

select
    quotas.forecasting_quota_id,
    quotas.owner_id,
    quotas.period_id,
    quotas.start_date,
    quotas.record_amount,
    {{ in_corporate_currency('quotas.record_amount', 'rates.rate') }} as quota_amount

from {{ ref('stg_salesforce__forecasting_quotas') }} as quotas
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'quotas.currency_iso_code', 'quotas.start_date') }}
where quotas.is_amount
