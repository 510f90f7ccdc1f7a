with as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select
        max(case when threshold_name = 'least_count' then threshold_value end) as least_count,
        max(case when threshold_name = 'share_limit_percent' then threshold_value end) as share_limit_percent,
        max(case when threshold_name = 'moved_within_days' then threshold_value end) as moved_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-10' and sales_process = ''

),

moves as (

    select
        team_lines.manager_id,
        case when changes.changed_by_id = team_lines.manager_id then 1 else 0 end as is_by_manager
    from {{ ref('fct_opportunity_changes') }} as changes
    cross join as_of
    cross join thresholds
    inner join {{ ref('int_users_versioned') }} as team_lines
        on changes.owner_id = team_lines.user_id
            and changes.changed_at >= team_lines.valid_from
            and changes.changed_at < coalesce(team_lines.valid_to, {{ end_of_time() }})
    where changes.field_name = 'StageName'
        and changes.changed_at > {{ dbt.dateadd('day', '-thresholds.moved_within_days', 'as_of.as_of_at') }}
        and team_lines.manager_id is not null

),

counted as (

    select
        manager_id,
        count(*) as move_count,
        sum(is_by_manager) as own_count
    from moves
    group by manager_id

)

select
    'MGR-10' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(counted.own_count as {{ dbt.type_string() }})
    || ' of ' || cast(counted.move_count as {{ dbt.type_string() }})
    || ' stage moves of the team in the last '
    || cast(thresholds.moved_within_days as {{ dbt.type_string() }})
    || ' days were made by the manager' as detail
from counted
cross join thresholds
inner join {{ ref('dim_users') }} as managers on counted.manager_id = managers.user_id
where managers.is_active
    and counted.move_count >= thresholds.least_count
    and counted.own_count * 100 > thresholds.share_limit_percent * counted.move_count
