select
    opportunity_id,
    currency_iso_code,
    close_date,
    record_amount,
    amount,
    constant_amount

from {{ ref('fct_opportunity_versions') }}
where
    record_amount is not null
    and (amount is null or constant_amount is null)
