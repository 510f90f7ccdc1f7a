with limits as {{ limits_of('MGR-10', ['least_count', 'share_limit_percent', 'moved_within_days']) }},

moves as (
    select
        team_lines.manager_id,
        count(*) as move_count,
        count(case when changes.changed_by_id = team_lines.manager_id then 1 end) as own_count
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join limits
        on changes.changed_at > {{ dbt.dateadd('day', '-limits.moved_within_days', 'limits.as_of_at') }}
    inner join {{ ref('int_users_versioned') }} as team_lines
        on
            changes.owner_id = team_lines.user_id
            and changes.changed_at >= team_lines.valid_from
            and changes.changed_at < coalesce(team_lines.valid_to, {{ end_of_time() }})
    where changes.field_name = 'StageName'
    group by team_lines.manager_id
)

select
    {{ person_finding('MGR-10', "
        {own_count} of {move_count} stage moves of the team in the last {moved_within_days} days
        were made by the manager
    ") }}
from moves
cross join limits
inner join {{ ref('dim_users') }} as people on moves.manager_id = people.user_id
where
    people.is_active
    and moves.move_count >= limits.least_count
    and 100 * moves.own_count > limits.share_limit_percent * moves.move_count
