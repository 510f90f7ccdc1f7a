with leads as (

    select
        leads.*,
        trim(staged.email) as email
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('stg_salesforce__leads') }} as staged on leads.lead_id = staged.lead_id
    where trim(staged.email) <> ''

),

counted as (

    select
        *,
        count(*) over (partition by email) - 1 as other_count,
        min(created_date) over (partition by email) as first_created_date
    from leads

)

select
    'LEAD-04' as rule_id,
    'Lead' as record_object,
    lead_id as record_id,
    lead_name as record_name,
    owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(other_count as {{ dbt.type_string() }})
    || case when other_count = 1 then ' other lead has' else ' other leads have' end
    || ' the address ' || email
    || ' too; the first of them all came on ' || cast(first_created_date as {{ dbt.type_string() }}) as detail
from counted
where other_count > 0
