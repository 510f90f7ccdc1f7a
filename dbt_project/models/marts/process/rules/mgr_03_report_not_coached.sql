with as_of as (

    select as_of_at from {{ ref('int_as_of') }}

),

thresholds as (

    select threshold_value as coached_within_days
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-03' and threshold_name = 'coached_within_days' and sales_process = ''

),

given as (

    select
        meetings.manager_id,
        attendees.attendee_id,
        max(meetings.starts_at) as last_given_at
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ ref('int_meeting_attendees') }} as attendees on meetings.meeting_id = attendees.meeting_id
    where meetings.meeting_kind = 'one_to_one'
        and meetings.is_held
    group by meetings.manager_id, attendees.attendee_id

)

select
    'MGR-03' as rule_id,
    'User' as record_object,
    team_lines.user_id as record_id,
    team_lines.user_name as record_name,
    team_lines.manager_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    case
        when given.last_given_at is null then 'No one-to-one is on record'
        else
            'No one-to-one since '
            || cast({{ local_date('given.last_given_at') }} as {{ dbt.type_string() }})
    end
    || coalesce(' with ' || managers.user_name, '') as detail
from {{ ref('int_team_lines_dated') }} as team_lines
cross join as_of
cross join thresholds
left join given
    on team_lines.manager_id = given.manager_id
        and team_lines.user_id = given.attendee_id
left join {{ ref('dim_users') }} as managers on team_lines.manager_id = managers.user_id
where {{ is_recorded('one_to_one') }}
    and team_lines.manager_id is not null
    and team_lines.valid_to > as_of.as_of_at
    and team_lines.valid_from <= {{ dbt.dateadd('day', '-thresholds.coached_within_days', 'as_of.as_of_at') }}
    and (
        given.last_given_at is null
        or given.last_given_at
        <= {{ dbt.dateadd('day', '-thresholds.coached_within_days', 'as_of.as_of_at') }}
    )
