with counted as (
    select
        leads.*,
        trim(staged.email) as email,
        count(*) over (partition by trim(staged.email)) - 1 as other_count,
        min(leads.created_date) over (partition by trim(staged.email)) as first_created_date
    from {{ ref('fct_leads') }} as leads
    inner join {{ ref('stg_salesforce__leads') }} as staged on leads.lead_id = staged.lead_id
    where trim(staged.email) <> ''
)

select
    {{ lead_finding('LEAD-04', "
        {other_count|other lead has/other leads have} the address {email} too;
        the first of them all came on {first_created_date}
    ", of='counted') }}
from counted
where other_count > 0
