with quarters as (

    select
        as_of.as_of_at,
        dates.fiscal_quarter_start_date,
        thresholds.threshold_value as due_within_days,
        {{ utc_instant('dates.fiscal_quarter_start_date') }} as begins_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
    inner join {{ ref('int_process_thresholds_resolved') }} as thresholds
        on thresholds.rule_id = 'MGR-09'
            and thresholds.threshold_name = 'due_within_days'
            and thresholds.sales_process = ''

),

due as (

    select
        *,
        {{ dbt.dateadd('day', 'due_within_days', 'begins_at') }} as due_at
    from quarters

),

teams as (

    select distinct
        team_lines.manager_id,
        due.fiscal_quarter_start_date,
        due.due_within_days
    from {{ ref('int_team_lines_dated') }} as team_lines
    cross join due
    where due.as_of_at >= due.due_at
        and team_lines.valid_from <= due.due_at
        and team_lines.valid_to > due.due_at

),

held as (

    select distinct meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    cross join due
    where meetings.meeting_kind = 'quarterly_review'
        and meetings.is_held
        and meetings.starts_at >= due.begins_at

)

select
    'MGR-09' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'No business review since the quarter began on '
    || cast(teams.fiscal_quarter_start_date as {{ dbt.type_string() }})
    || '; it was due within ' || cast(teams.due_within_days as {{ dbt.type_string() }}) || ' days' as detail
from teams
inner join {{ ref('dim_users') }} as managers on teams.manager_id = managers.user_id
left join held on teams.manager_id = held.manager_id
where {{ is_recorded('quarterly_review') }}
    and managers.is_active
    and held.manager_id is null
