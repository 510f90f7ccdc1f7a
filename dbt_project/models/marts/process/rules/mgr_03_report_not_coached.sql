with given as (
    select meetings.manager_id, attendees.attendee_id, max(meetings.starts_at) as last_given_at
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ ref('int_meeting_attendees') }} as attendees on meetings.meeting_id = attendees.meeting_id
    where meetings.meeting_kind = 'one_to_one' and meetings.is_held
    group by meetings.manager_id, attendees.attendee_id
),

limits as (
    select *, {{ dbt.dateadd('day', '-coached_within_days', 'as_of_at') }} as coached_since
    from {{ limits_of('MGR-03', ['coached_within_days']) }} as limits
)

select
    {{ person_finding('MGR-03', "
        No one-to-one {coalesce('since ' || " ~ local_date('given.last_given_at') ~ ", 'is on record')}{coalesce(' with ' || managers.user_name, '')}
    ", of='reports', owner='manager_id') }}
from {{ ref('int_team_lines_dated') }} as reports
inner join limits
    on reports.valid_to > limits.as_of_at and reports.valid_from <= limits.coached_since
left join given on reports.manager_id = given.manager_id and reports.user_id = given.attendee_id
left join {{ ref('dim_users') }} as managers on reports.manager_id = managers.user_id
where
    {{ is_recorded('one_to_one') }}
    and reports.manager_id is not null
    and coalesce(given.last_given_at <= limits.coached_since, true)
