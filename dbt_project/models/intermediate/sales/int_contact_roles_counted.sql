{# How many different people take part in a deal on the customer's side. #}

with contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted

)

select
    opportunity_id,
    count(distinct contact_id) as contact_role_count,
    max(case when is_primary then 1 else 0 end) = 1 as has_primary_contact

from contact_roles
group by opportunity_id
