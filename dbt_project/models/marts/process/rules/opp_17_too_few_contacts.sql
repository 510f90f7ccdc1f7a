with proposals as (

    {{ proposals_by('OPP-17') }}

),

thresholds as (

    {{ thresholds_of('OPP-17', ['least_count']) }}

)

select
    'OPP-17' as rule_id,
    'Opportunity' as record_object,
    deals.opportunity_id as record_id,
    deals.opportunity_name as record_name,
    deals.owner_id,
    cast(deals.amount as decimal(18, 2)) as at_risk_amount,
    'In ' || deals.stage_name || ' with '
    || case coalesce(deals.contact_role_count, 0)
        when 0 then 'no contact'
        when 1 then 'one contact'
        else cast(deals.contact_role_count as {{ dbt.type_string() }}) || ' contacts'
    end || ' of the customer' as detail
from {{ ref('fct_opportunities') }} as deals
inner join proposals
    on deals.sales_process = proposals.sales_process
inner join thresholds
    on deals.sales_process = thresholds.sales_process
where
    deals.is_open
    and deals.stage_order >= proposals.proposal_order
    and coalesce(deals.contact_role_count, 0) < thresholds.least_count
