{# Of whoever had a manager when the quarter began and at its middle, and is still here. #}

with quarters as (
    select
        limits.as_of_at,
        dates.fiscal_quarter_start_date,
        {{ utc_instant('dates.fiscal_quarter_start_date') }} as begins_at,
        {{ dbt.dateadd('day', 'limits.due_within_days', utc_instant('dates.fiscal_quarter_start_date')) }}
            as due_at
    from {{ limits_of('MGR-04', ['due_within_days']) }} as limits
    inner join {{ ref('dim_dates') }} as dates on limits.as_of_date = dates.date_day
),

accompanied as (
    select attendees.attendee_id
    from {{ ref('int_manager_meetings') }} as meetings
    inner join quarters on meetings.starts_at >= quarters.begins_at
    inner join {{ ref('int_meeting_attendees') }} as attendees on meetings.meeting_id = attendees.meeting_id
    where meetings.meeting_kind = 'ride_along' and meetings.is_held
)

select
    {{ person_finding('MGR-04', "
        No ride-along since the quarter began on {fiscal_quarter_start_date}
    ", of='halfway', owner='manager_id') }}
from quarters
inner join {{ ref('int_team_lines_dated') }} as halfway
    on quarters.due_at >= halfway.valid_from and quarters.due_at < halfway.valid_to
inner join {{ ref('int_team_lines_dated') }} as at_start
    on
        halfway.user_id = at_start.user_id
        and quarters.begins_at >= at_start.valid_from
        and quarters.begins_at < at_start.valid_to
inner join {{ ref('int_team_lines_dated') }} as at_present
    on
        halfway.user_id = at_present.user_id
        and quarters.as_of_at >= at_present.valid_from
        and quarters.as_of_at < at_present.valid_to
where
    {{ is_recorded('ride_along') }}
    and quarters.as_of_at >= quarters.due_at
    and not halfway.is_manager
    and halfway.manager_id is not null
    and at_start.manager_id is not null
    and halfway.user_id not in (select accompanied.attendee_id from accompanied)
