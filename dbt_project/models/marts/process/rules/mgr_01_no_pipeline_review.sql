with weeks as (
    select
        {{ utc_instant('cast(' ~ dbt.dateadd('day', -7, 'dates.week_start_date') ~ ' as date)') }}
            as begins_at,
        {{ utc_instant('dates.week_start_date') }} as ends_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
),

teams as (
    select team_lines.manager_id, count(distinct team_lines.user_id) as report_count
    from {{ ref('int_team_lines_dated') }} as team_lines
    inner join weeks on weeks.begins_at >= team_lines.valid_from and weeks.begins_at < team_lines.valid_to
    group by team_lines.manager_id
),

held as (
    select meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    inner join weeks on meetings.starts_at >= weeks.begins_at and meetings.starts_at < weeks.ends_at
    where meetings.meeting_kind = 'pipeline_review' and meetings.is_held and meetings.manager_id is not null
)

select
    {{ person_finding('MGR-01', "
        No pipeline review in the week from {begins_at|date}, with {report_count|direct report/direct reports}
    ") }}
from teams
cross join weeks
inner join {{ ref('dim_users') }} as people on teams.manager_id = people.user_id
where
    {{ is_recorded('pipeline_review') }}
    and people.is_active
    and people.user_id not in (select held.manager_id from held)
