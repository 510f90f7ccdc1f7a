with tasks as (

    select * from {{ ref('fct_activities') }}
    where activity_kind = 'task'
        and is_completed

),

as_of as (

    select as_of_date from {{ ref('int_as_of') }}

),

open_deals as (

    select
        opportunity_id,
        amount
    from {{ ref('fct_opportunities') }}
    where is_open

)

select
    'ACT-05' as rule_id,
    'Task' as record_object,
    tasks.activity_id as record_id,
    tasks.subject as record_name,
    tasks.owner_id,
    cast(open_deals.amount as decimal(18, 2)) as at_risk_amount,
    coalesce(tasks.activity_type, 'Task')
    || ' was completed on ' || cast(tasks.done_date as {{ dbt.type_string() }})
    || ', but is dated ' || cast(tasks.activity_date as {{ dbt.type_string() }}) as detail
from tasks
cross join as_of
left join open_deals on tasks.opportunity_id = open_deals.opportunity_id
where tasks.activity_date > as_of.as_of_date
