select
    {{ deal_finding('OPP-18', "
        {case coalesce(contact_role_count, 0)
            when 0 then 'No contact of the customer is named'
            when 1 then 'One contact is named, but not as the primary one'
            else contact_role_count || ' contacts are named, none as the primary one'
        end}
    ", of='deals') }}
from {{ ref('fct_opportunities') }} as deals
left join {{ primary_contacts() }} as primaries on deals.opportunity_id = primaries.opportunity_id
where deals.is_open and primaries.opportunity_id is null
