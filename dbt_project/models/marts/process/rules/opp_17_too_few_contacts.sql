select
    {{ deal_finding('OPP-17', "
        In {stage_name} with
        {case coalesce(contact_role_count, 0)
            when 0 then 'no contact' when 1 then 'one contact' else contact_role_count || ' contacts'
        end}
        of the customer
    ", of='deals') }}
from {{ open_deals('OPP-17', ['least_count']) }} as deals
inner join {{ proposals_by('OPP-17') }} as proposals
    on deals.sales_process = proposals.sales_process
where
    deals.stage_order >= proposals.proposal_order
    and coalesce(deals.contact_role_count, 0) < deals.least_count
