with primaries as (

    select distinct opportunity_id
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where is_primary and not is_deleted

)

select
    'OPP-18' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    case
        when coalesce(deals.contact_role_count, 0) = 0 then 'No contact of the customer is named'
        when deals.contact_role_count = 1 then 'One contact is named, but not as the primary one'
        else cast(deals.contact_role_count as {{ dbt.type_string() }})
            || ' contacts are named, none as the primary one'
    end as detail
from {{ ref('fct_opportunities') }} as deals
left join primaries
    on deals.opportunity_id = primaries.opportunity_id
where
    deals.is_open
    and primaries.opportunity_id is null
