with counted as (

    select
        owner_id,
        count(*) as activity_count,
        count(
            case
                when coalesce(activity_type in {{ quoted_list(var('empty_activity_types')) }}, true) then 1
            end
        ) as untyped_count
    from {{ ref('fct_activities') }}
    where is_completed
    group by owner_id

),

thresholds as (

    select
        max(case when threshold_name = 'least_count' then threshold_value end) as least_count,
        max(case when threshold_name = 'share_limit_percent' then threshold_value end) as share_limit_percent
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-09' and sales_process = ''

)

select
    'ACT-09' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(counted.untyped_count as {{ dbt.type_string() }})
    || ' of ' || cast(counted.activity_count as {{ dbt.type_string() }})
    || ' activities have no type or one that says nothing' as detail
from counted
cross join thresholds
inner join {{ ref('dim_users') }} as people on counted.owner_id = people.user_id
where people.is_active
    and people.is_person
    and counted.activity_count >= thresholds.least_count
    and counted.untyped_count * 100 > thresholds.share_limit_percent * counted.activity_count
