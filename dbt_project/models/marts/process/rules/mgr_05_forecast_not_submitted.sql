with weeks as (
    select limits.*, dates.week_start_date, {{ utc_instant('dates.week_start_date') }} as begins_at
    from {{ limits_of('MGR-05', ['deadline_hours']) }} as limits
    inner join {{ ref('dim_dates') }} as dates on limits.as_of_date = dates.date_day
),

submitted as (
    select meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    inner join weeks on meetings.starts_at >= weeks.begins_at
    where
        meetings.meeting_kind = 'forecast_submission'
        and meetings.is_held
        and meetings.manager_id is not null
)

select
    {{ person_finding('MGR-05', "
        No forecast submitted for the week from {week_start_date}; it was due {deadline_hours} hours into the week
    ") }}
from {{ ref('dim_users') }} as people
inner join weeks on weeks.as_of_at >= {{ dbt.dateadd('hour', 'weeks.deadline_hours', 'weeks.begins_at') }}
where
    {{ is_recorded('forecast_submission') }}
    and people.is_active
    and people.user_id not in (select submitted.manager_id from submitted)
    and people.user_id in (
        select team_lines.manager_id from {{ ref('int_team_lines_dated') }} as team_lines
        where weeks.begins_at >= team_lines.valid_from and weeks.begins_at < team_lines.valid_to
    )
