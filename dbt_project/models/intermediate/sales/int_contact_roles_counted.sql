{# How many different people take part in a deal on the customer's side. #}

with contact_roles as (
    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted
)

select opportunity_id, count(distinct contact_id) as contact_role_count
from contact_roles
group by opportunity_id
