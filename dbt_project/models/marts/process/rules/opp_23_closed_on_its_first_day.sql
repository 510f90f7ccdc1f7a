with judged as (

    {{ deals_judged_by('OPP-23') }}

),

closings as (

    select
        opportunity_id,
        min(valid_from) as first_closed_at
    from {{ ref('fct_opportunity_versions') }}
    where not is_open and not is_deleted
    group by opportunity_id

)

select
    'OPP-23' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    'Created and closed on ' || cast(judged.created_date as {{ dbt.type_string() }}) as detail
from judged
inner join closings
    on judged.opportunity_id = closings.opportunity_id
where {{ local_date('closings.first_closed_at') }} = judged.created_date
