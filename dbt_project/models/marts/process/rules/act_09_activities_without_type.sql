with counted as (
    select
        owner_id,
        count(*) as activity_count,
        count(case when activity_type not in {{ quoted_list(var('empty_activity_types')) }} then 1 end)
            as typed_count
    from {{ ref('fct_activities') }}
    where is_completed
    group by owner_id
)

select
    {{ person_finding('ACT-09', "
        {activity_count - typed_count} of {activity_count} activities have no type or one that says nothing
    ") }}
from counted
cross join {{ limits_of('ACT-09', ['least_count', 'share_limit_percent']) }} as limits
inner join {{ ref('dim_users') }} as people on counted.owner_id = people.user_id
where
    people.is_active
    and people.is_person
    and counted.activity_count >= limits.least_count
    and 100 * (counted.activity_count - counted.typed_count)
    > limits.share_limit_percent * counted.activity_count
