{# Days are counted by the calendar: of what was written down on a later day only the day is known. #}

with owned as (
    select owner_id, count(*) as deal_count, sum(amount) as amount
    from {{ ref('fct_opportunities') }}
    where is_open
    group by owner_id
),

last_done as (
    select owner_id, max(done_date) as last_done_date
    from {{ ref('fct_activities') }}
    where is_completed
    group by owner_id
),

aged as (
    select
        people.*,
        owned.deal_count,
        owned.amount,
        last_done.last_done_date,
        limits.idle_limit_days,
        {{ dbt.datediff('last_done.last_done_date', 'limits.as_of_date', 'day') }} as idle_days
    from {{ ref('dim_users') }} as people
    inner join owned on people.user_id = owned.owner_id
    cross join {{ limits_of('ACT-08', ['idle_limit_days']) }} as limits
    left join last_done on people.user_id = last_done.owner_id
    where people.is_active and people.is_person
)

select
    {{ person_finding('ACT-08', "
        {case
            when last_done_date is null then 'Nothing done is on record'
            else
                'Nothing done since ' || last_done_date || ', ' || idle_days
                || case when idle_days = 1 then ' day ago' else ' days ago' end
        end}, with {deal_count|open deal/open deals}
    ", of='aged', amount='amount') }}
from aged
where last_done_date is null or idle_days > idle_limit_days
