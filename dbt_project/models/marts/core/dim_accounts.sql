with accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

)

select
    account_id,
    account_name,
    industry,
    account_type,
    owner_id,
    billing_country,
    annual_revenue_amount,
    employee_count,
    created_at

from accounts
where not is_deleted
