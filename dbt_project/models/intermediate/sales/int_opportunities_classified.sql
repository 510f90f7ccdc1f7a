{# Each deal with the sales process that it is to be judged against, and its amount in corporate currency. #}

with opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
    {{ upon_last('where', is_renewed(['opportunity_id'])) }}
),

mapped as (
    select
        coalesce(record_type_developer_name, '') as record_type,
        min(sales_process) as sales_process
    from {{ ref('sales_process_stages') }}
    group by coalesce(record_type_developer_name, '')
)

select
    opportunities.*,
    {{ in_corporate_currency('opportunities.record_amount', 'rates.rate') }} as amount,
    {{ in_corporate_currency('opportunities.record_amount', 'rates.constant_rate') }} as constant_amount,
    case
        when opportunities.record_amount is null or rates.rate * rates.constant_rate is not null then null
        when opportunities.currency_iso_code is null then 'The record names no currency.'
        when rates.rate is null then concat('No rate is known of ', opportunities.currency_iso_code, '.')
        else concat('No rate of the fixed day is known of ', opportunities.currency_iso_code, '.')
    end as amount_unknown_reason,
    record_types.record_type_developer_name as record_type,
    coalesce(mapped.sales_process, record_types.record_type_name, 'Default') as sales_process,
    mapped.sales_process is null as is_process_inferred
from opportunities
left join {{ ref('stg_salesforce__record_types') }} as record_types
    on opportunities.record_type_id = record_types.record_type_id
left join mapped on coalesce(record_types.record_type_developer_name, '') = mapped.record_type
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'opportunities.currency_iso_code', 'opportunities.close_date') }}
