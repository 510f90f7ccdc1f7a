with weeks as (

    select
        as_of.as_of_at,
        dates.week_start_date,
        thresholds.threshold_value as deadline_hours,
        {{ utc_instant('dates.week_start_date') }} as begins_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
    inner join {{ ref('int_process_thresholds_resolved') }} as thresholds
        on thresholds.rule_id = 'MGR-05'
            and thresholds.threshold_name = 'deadline_hours'
            and thresholds.sales_process = ''

),

due as (

    select distinct
        team_lines.manager_id,
        weeks.week_start_date,
        weeks.deadline_hours
    from {{ ref('int_team_lines_dated') }} as team_lines
    cross join weeks
    where team_lines.valid_from <= weeks.begins_at
        and team_lines.valid_to > weeks.begins_at
        and weeks.as_of_at >= {{ dbt.dateadd('hour', 'weeks.deadline_hours', 'weeks.begins_at') }}

),

submitted as (

    select distinct meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    cross join weeks
    where meetings.meeting_kind = 'forecast_submission'
        and meetings.is_held
        and meetings.starts_at >= weeks.begins_at

)

select
    'MGR-05' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'No forecast submitted for the week from ' || cast(due.week_start_date as {{ dbt.type_string() }})
    || '; it was due ' || cast(due.deadline_hours as {{ dbt.type_string() }})
    || ' hours into the week' as detail
from due
inner join {{ ref('dim_users') }} as managers on due.manager_id = managers.user_id
left join submitted on due.manager_id = submitted.manager_id
where {{ is_recorded('forecast_submission') }}
    and managers.is_active
    and submitted.manager_id is null
