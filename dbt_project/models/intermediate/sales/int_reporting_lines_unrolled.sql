{# Every user under every manager above, and under himself at distance 0. #}

with chains as (

    select * from {{ ref('int_users_chained') }}

),

lines as (

    select
        user_id as manager_id,
        user_id,
        0 as distance_count

    from chains
    {% for level in range(1, var('reporting_levels') | int + 1) %}
    union all

    select
        manager_{{ level }}_id as manager_id,
        user_id,
        {{ level }} as distance_count

    from chains
    where manager_{{ level }}_id is not null
    {% endfor %}

)

select
    manager_id,
    user_id,
    -- Only a loop of managers meets itself again; the shortest way counts.
    min(distance_count) as distance_count

from lines
group by manager_id, user_id
