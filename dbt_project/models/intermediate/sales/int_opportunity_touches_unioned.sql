{#
    Everything done that touches a deal: what is linked to it, and, in the wider sense, what is linked to no deal at
    all but is with one of its contacts or about its account.
    An activity may be there several times.
#}

{{ config(materialized='view') }}

with unlinked as (
    select who_id, account_id, occurred_at
    from {{ ref('fct_activities') }}
    where is_completed and occurred_at is not null and opportunity_id is null
)

select opportunity_id, occurred_at, true as is_direct
from {{ ref('fct_activities') }}
where is_completed and occurred_at is not null and opportunity_id is not null

union all

select contact_roles.opportunity_id, unlinked.occurred_at, false as is_direct
from {{ ref('stg_salesforce__opportunity_contact_roles') }} as contact_roles
inner join unlinked on contact_roles.contact_id = unlinked.who_id
where not contact_roles.is_deleted

union all

select deals.opportunity_id, unlinked.occurred_at, false as is_direct
from {{ ref('int_opportunities_classified') }} as deals
inner join unlinked on deals.account_id = unlinked.account_id
