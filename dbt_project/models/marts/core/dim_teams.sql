{# A team is a manager with everybody below. Teams overlap: a director's holds those of the managers below. #}

with users as (
    select * from {{ ref('dim_users') }}
),

counted as (
    select
        lines.manager_id,
        sum(case when lines.distance_count = 1 then 1 else 0 end) as direct_report_count,
        count(*) as member_count,
        sum(case when users.is_seller and users.is_active then 1 else 0 end) as active_seller_count,
        max(case when users.is_seller then 1 else 0 end) = 1 as is_selling
    from {{ ref('dim_reporting_lines') }} as lines
    inner join users on lines.user_id = users.user_id
    group by lines.manager_id
)

select
    managers.user_id as team_id,
    concat('Team of ', managers.user_name) as team_name,
    managers.user_id as manager_id,
    managers.user_name as manager_name,
    managers.manager_id as parent_team_id,
    cast(managers.hierarchy_level_count as bigint) as team_level_count,
    cast(counted.direct_report_count as bigint) as direct_report_count,
    cast(counted.member_count as bigint) as member_count,
    cast(counted.active_seller_count as bigint) as active_seller_count,
    counted.is_selling
from users as managers
inner join counted on managers.user_id = counted.manager_id
where managers.is_manager
