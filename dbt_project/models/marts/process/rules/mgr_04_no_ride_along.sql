with quarters as (

    select
        as_of.as_of_at,
        dates.fiscal_quarter_start_date,
        {{ utc_instant('dates.fiscal_quarter_start_date') }} as begins_at,
        {{ dbt.dateadd('day', 'thresholds.threshold_value', utc_instant('dates.fiscal_quarter_start_date')) }}
            as due_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
    inner join {{ ref('int_process_thresholds_resolved') }} as thresholds
        on thresholds.rule_id = 'MGR-04'
            and thresholds.threshold_name = 'due_within_days'
            and thresholds.sales_process = ''

),

sellers as (

    -- Whoever had a manager when the quarter began and at its middle, and is still here.
    select
        team_lines.user_id,
        team_lines.user_name,
        max(case when team_lines.valid_to > quarters.due_at then team_lines.manager_id end) as manager_id
    from {{ ref('int_team_lines_dated') }} as team_lines
    cross join quarters
    where not team_lines.is_manager
        and quarters.as_of_at >= quarters.due_at
    group by team_lines.user_id, team_lines.user_name
    having
        count(
            case
                when team_lines.valid_from <= quarters.begins_at and team_lines.valid_to > quarters.begins_at
                    then team_lines.manager_id
            end
        ) > 0
        and count(
            case
                when team_lines.valid_from <= quarters.due_at and team_lines.valid_to > quarters.due_at
                    then team_lines.manager_id
            end
        ) > 0
        and max(team_lines.valid_to) > max(quarters.as_of_at)

),

accompanied as (

    select distinct attendees.attendee_id
    from {{ ref('int_manager_meetings') }} as meetings
    inner join {{ ref('int_meeting_attendees') }} as attendees on meetings.meeting_id = attendees.meeting_id
    cross join quarters
    where meetings.meeting_kind = 'ride_along'
        and meetings.is_held
        and meetings.starts_at >= quarters.begins_at

)

select
    'MGR-04' as rule_id,
    'User' as record_object,
    sellers.user_id as record_id,
    sellers.user_name as record_name,
    sellers.manager_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'No ride-along since the quarter began on '
    || cast(quarters.fiscal_quarter_start_date as {{ dbt.type_string() }}) as detail
from sellers
cross join quarters
left join accompanied on sellers.user_id = accompanied.attendee_id
where {{ is_recorded('ride_along') }}
    and accompanied.attendee_id is null
