with judged as (

    {{ deals_judged_by('PATH-05') }}

)

select
    'PATH-05' as rule_id,
    'Opportunity' as record_object,
    judged.opportunity_id as record_id,
    judged.opportunity_name as record_name,
    judged.owner_id,
    -- nothing of a closed deal is at risk any more
    cast(case when judged.is_open then judged.amount else 0 end as decimal(18, 2)) as at_risk_amount,
    case
        when judged.record_type is null then 'The deal has no record type, and so no sales process'
        else 'No sales process is laid down for the record type ' || judged.record_type
    end as detail
from judged
inner join {{ ref('dim_sales_processes') }} as processes
    on judged.sales_process = processes.sales_process
where processes.is_inferred
