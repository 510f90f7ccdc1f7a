with leads as (

    select * from {{ ref('fct_leads') }}
    where is_converted
        and converted_opportunity_id is null

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

thresholds as (

    select threshold_value as converted_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'LEAD-03' and threshold_name = 'converted_within_days' and sales_process = ''

)

select
    'LEAD-03' as rule_id,
    'Lead' as record_object,
    leads.lead_id as record_id,
    leads.lead_name as record_name,
    leads.owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'Converted on ' || cast(leads.converted_date as {{ dbt.type_string() }})
    || ', but has no opportunity' as detail
from leads
cross join as_of
cross join thresholds
where {{ dbt.datediff('leads.converted_date', 'as_of.as_of_date', 'day') }}
    <= thresholds.converted_within_days
