{#
    The managers above each user, nearest first: manager_1_id, manager_2_id … One more column than the
    mart reads shows a loop or a tree that is too deep; tests/singular says which.
#}
{% set levels = var('reporting_levels') | int + 1 %}

with users as (

    select
        user_id,
        manager_id

    from {{ ref('stg_salesforce__users') }}

)

select
    {% for level in range(levels) %}
    level_{{ level + 1 }}.user_id as manager_{{ level + 1 }}_id,
    {% endfor %}
    level_0.user_id

from users as level_0
{% for level in range(levels) %}
left join users as level_{{ level + 1 }}
    on level_{{ level }}.manager_id = level_{{ level + 1 }}.user_id
{% endfor %}
