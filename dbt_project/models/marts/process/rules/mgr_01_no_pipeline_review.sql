with weeks as (

    select
        dates.week_start_date,
        {{ utc_instant('cast(' ~ dbt.dateadd('day', -7, 'dates.week_start_date') ~ ' as date)') }}
            as begins_at,
        {{ utc_instant('dates.week_start_date') }} as ends_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day

),

teams as (

    select
        team_lines.manager_id,
        count(distinct team_lines.user_id) as report_count
    from {{ ref('int_team_lines_dated') }} as team_lines
    cross join weeks
    where team_lines.valid_from <= weeks.begins_at
        and team_lines.valid_to > weeks.begins_at
    group by team_lines.manager_id

),

held as (

    select distinct meetings.manager_id
    from {{ ref('int_manager_meetings') }} as meetings
    cross join weeks
    where meetings.meeting_kind = 'pipeline_review'
        and meetings.is_held
        and meetings.starts_at >= weeks.begins_at
        and meetings.starts_at < weeks.ends_at

)

select
    'MGR-01' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'No pipeline review in the week from '
    || cast({{ local_date('weeks.begins_at') }} as {{ dbt.type_string() }})
    || ', with ' || cast(teams.report_count as {{ dbt.type_string() }})
    || case when teams.report_count = 1 then ' direct report' else ' direct reports' end as detail
from teams
cross join weeks
inner join {{ ref('dim_users') }} as managers on teams.manager_id = managers.user_id
left join held on teams.manager_id = held.manager_id
where {{ is_recorded('pipeline_review') }}
    and managers.is_active
    and held.manager_id is null
