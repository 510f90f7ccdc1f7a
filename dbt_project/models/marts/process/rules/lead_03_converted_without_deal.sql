select {{ lead_finding('LEAD-03', "Converted on {converted_date}, but has no opportunity", of='leads') }}
from {{ ref('fct_leads') }} as leads
cross join {{ limits_of('LEAD-03', ['converted_within_days']) }} as limits
where
    leads.is_converted
    and leads.converted_opportunity_id is null
    and {{ dbt.datediff('leads.converted_date', 'limits.as_of_date', 'day') }} <= limits.converted_within_days
