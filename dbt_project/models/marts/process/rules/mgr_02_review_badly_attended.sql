with reviews as (
    select
        meetings.meeting_id,
        limits.attended_share_percent,
        count(distinct team_lines.user_id) as report_count,
        count(distinct attendees.attendee_id) as attended_count
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ limits_of('MGR-02', ['attended_share_percent', 'held_within_days']) }} as limits
        on
            meetings.ends_at <= limits.as_of_at
            and meetings.ends_at >= {{ dbt.dateadd('day', '-limits.held_within_days', 'limits.as_of_at') }}
    inner join {{ ref('int_team_lines_dated') }} as team_lines
        on
            meetings.manager_id = team_lines.manager_id
            and meetings.starts_at >= team_lines.valid_from
            and meetings.starts_at < team_lines.valid_to
    left join {{ ref('int_meeting_attendees') }} as attendees
        on meetings.meeting_id = attendees.meeting_id and team_lines.user_id = attendees.attendee_id
    where meetings.meeting_kind = 'pipeline_review' and meetings.is_held
    group by meetings.meeting_id, limits.attended_share_percent
)

select
    {{ meeting_finding('MGR-02', "
        Of {report_count|direct report/direct reports} {attended_count|was/were}
        at the pipeline review of {starts_at|date}
    ", of='meetings') }}
from {{ ref('int_manager_meetings') }} as meetings
inner join reviews on meetings.meeting_id = reviews.meeting_id
where reviews.attended_count * 100 < reviews.attended_share_percent * reviews.report_count
