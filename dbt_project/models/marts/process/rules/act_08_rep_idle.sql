{# Days are counted by the calendar: of what was written down on a later day only the day is known. #}

with open_deals as (

    select
        owner_id,
        count(*) as deal_count,
        sum(amount) as amount
    from {{ ref('fct_opportunities') }}
    where is_open
    group by owner_id

),

last_done as (

    select
        owner_id,
        max(done_date) as last_done_date
    from {{ ref('fct_activities') }}
    where is_completed
    group by owner_id

),

thresholds as (

    select threshold_value as idle_limit_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'ACT-08' and threshold_name = 'idle_limit_days' and sales_process = ''

),

idle as (

    select
        people.user_id,
        people.user_name,
        open_deals.deal_count,
        open_deals.amount,
        last_done.last_done_date,
        thresholds.idle_limit_days,
        {{ dbt.datediff('last_done.last_done_date', 'as_of.as_of_date', 'day') }} as idle_days
    from {{ ref('dim_users') }} as people
    inner join open_deals on people.user_id = open_deals.owner_id
    cross join {{ ref('int_as_of') }} as as_of
    cross join thresholds
    left join last_done on people.user_id = last_done.owner_id
    where people.is_active
        and people.is_person

)

select
    'ACT-08' as rule_id,
    'User' as record_object,
    user_id as record_id,
    user_name as record_name,
    user_id as owner_id,
    cast(amount as decimal(18, 2)) as at_risk_amount,
    case
        when last_done_date is null then 'Nothing done is on record'
        else
            'Nothing done since ' || cast(last_done_date as {{ dbt.type_string() }})
            || ', ' || cast(idle_days as {{ dbt.type_string() }})
            || case when idle_days = 1 then ' day ago' else ' days ago' end
    end
    || ', with ' || cast(deal_count as {{ dbt.type_string() }})
    || case when deal_count = 1 then ' open deal' else ' open deals' end as detail
from idle
where last_done_date is null
    or idle_days > idle_limit_days
