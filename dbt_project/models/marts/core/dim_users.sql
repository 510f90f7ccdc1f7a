with users as (
    -- Robots and portal guests log in under other types; an org that does not tell has people only.
    select *, coalesce(user_type, 'Standard') = 'Standard' as is_person
    from {{ ref('stg_salesforce__users') }}
),

sellers as (
    select owner_id as user_id from {{ ref('stg_salesforce__opportunities') }}
    where not is_deleted
    union
    select owner_id as user_id from {{ ref('stg_salesforce__forecasting_quotas') }}
),

managers as (
    select distinct manager_id as user_id from users
    where is_active and is_person
),

levels as (
    select user_id, max(distance_count) as hierarchy_level_count
    from {{ ref('int_reporting_lines_unrolled') }}
    group by user_id
)

select
    users.user_id,
    users.user_name,
    users.email,
    users.title,
    users.department,
    roles.role_name,
    users.is_active,
    users.is_person,
    users.manager_id,
    manager.user_name as manager_name,
    managers.user_id is not null as is_manager,
    sellers.user_id is not null as is_seller,
    levels.hierarchy_level_count,
    users.created_at
from users
left join {{ ref('stg_salesforce__user_roles') }} as roles
    on users.user_role_id = roles.user_role_id
left join users as manager on users.manager_id = manager.user_id
left join managers on users.user_id = managers.user_id
left join sellers on users.user_id = sellers.user_id
left join levels on users.user_id = levels.user_id
