{% set levels = var('reporting_levels') | int + 1 %}

select
    user_id,
    case
        {% for level in range(levels) %}
        when manager_{{ level + 1 }}_id = user_id
            then 'The managers above this user lead back to this user: mend ManagerId of one of them.'
        {% endfor %}
        else
            'Too many managers stand above this user, or they form a loop: mend ManagerId, '
            || 'or raise the variable reporting_levels in dbt_project.yml.'
    end as problem

from {{ ref('int_users_chained') }}
where manager_{{ levels }}_id is not null
