with quarters as (
    select
        limits.*,
        dates.fiscal_quarter_start_date,
        {{ utc_instant('dates.fiscal_quarter_start_date') }} as begins_at,
        {{ dbt.dateadd('day', 'limits.due_within_days', utc_instant('dates.fiscal_quarter_start_date')) }}
            as due_at
    from {{ limits_of('MGR-09', ['due_within_days']) }} as limits
    inner join {{ ref('dim_dates') }} as dates on limits.as_of_date = dates.date_day
),

held as (
    select meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    inner join quarters on meetings.starts_at >= quarters.begins_at
    where meetings.meeting_kind = 'quarterly_review' and meetings.is_held and meetings.manager_id is not null
)

select
    {{ person_finding('MGR-09', "
        No business review since the quarter began on {fiscal_quarter_start_date};
        it was due within {due_within_days} days
    ") }}
from {{ ref('dim_users') }} as people
inner join quarters on quarters.as_of_at >= quarters.due_at
where
    {{ is_recorded('quarterly_review') }}
    and people.is_active
    and people.user_id not in (select held.manager_id from held)
    and people.user_id in (
        select team_lines.manager_id from {{ ref('int_team_lines_dated') }} as team_lines
        where quarters.due_at >= team_lines.valid_from and quarters.due_at < team_lines.valid_to
    )
