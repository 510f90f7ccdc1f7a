{# Judged from Monday evening on, and for a week: until then the reviews of the week before count. #}

with thresholds as (

    select
        max(case when threshold_name = 'inspected_share_percent' then threshold_value end) as share_percent,
        max(case when threshold_name = 'standing_hours' then threshold_value end) as standing_hours,
        max(case when threshold_name = 'judged_hours' then threshold_value end) as judged_hours
    from {{ ref('int_process_thresholds_resolved') }}
    where rule_id = 'MGR-08' and sales_process = ''

),

running as (

    select
        as_of.as_of_at,
        thresholds.*,
        {{ utc_instant('dates.week_start_date') }} as begins_at
    from {{ ref('int_as_of') }} as as_of
    inner join {{ ref('dim_dates') }} as dates on as_of.as_of_date = dates.date_day
    cross join thresholds

),

weeks as (

    select
        share_percent,
        standing_hours,
        case
            when as_of_at >= {{ dbt.dateadd('hour', 'judged_hours', 'begins_at') }} then begins_at
            else {{ dbt.dateadd('day', -7, 'begins_at') }}
        end as begins_at
    from running

),

standing as (

    select
        versions.opportunity_id,
        coalesce(versions.amount, 0) as amount,
        team_lines.manager_id,
        weeks.share_percent,
        weeks.begins_at
    from {{ ref('fct_opportunity_versions') }} as versions
    cross join weeks
    inner join {{ ref('int_team_lines_dated') }} as team_lines
        on versions.owner_id = team_lines.user_id
            and team_lines.valid_from <= {{ dbt.dateadd('hour', 'weeks.standing_hours', 'weeks.begins_at') }}
            and team_lines.valid_to > {{ dbt.dateadd('hour', 'weeks.standing_hours', 'weeks.begins_at') }}
    where versions.is_open
        and versions.forecast_category = 'Commit'
        and team_lines.manager_id is not null
        and versions.valid_from <= {{ dbt.dateadd('hour', 'weeks.standing_hours', 'weeks.begins_at') }}
        and coalesce(versions.valid_to, {{ end_of_time() }})
        > {{ dbt.dateadd('hour', 'weeks.standing_hours', 'weeks.begins_at') }}

),

inspected as (

    select distinct
        standing.opportunity_id,
        standing.manager_id
    from standing
    inner join {{ ref('int_manager_meetings') }} as meetings
        on standing.manager_id = meetings.manager_id
            and standing.begins_at <= meetings.starts_at
            and meetings.starts_at < {{ dbt.dateadd('day', 7, 'standing.begins_at') }}
    where meetings.meeting_kind = 'pipeline_review'
        and meetings.is_held
        -- ids are written down with 15 or 18 characters
        and meetings.description like '%' || substring(standing.opportunity_id, 1, 15) || '%'

),

summed as (

    select
        standing.manager_id,
        standing.share_percent,
        count(*) as deal_count,
        count(inspected.opportunity_id) as inspected_count,
        sum(standing.amount) as amount,
        sum(case when inspected.opportunity_id is null then standing.amount else 0 end) as missed_amount
    from standing
    left join inspected
        on standing.manager_id = inspected.manager_id
            and standing.opportunity_id = inspected.opportunity_id
    group by standing.manager_id, standing.share_percent

)

select
    'MGR-08' as rule_id,
    'User' as record_object,
    managers.user_id as record_id,
    managers.user_name as record_name,
    managers.user_id as owner_id,
    cast(summed.missed_amount as decimal(18, 2)) as at_risk_amount,
    'Inspected ' || cast(summed.inspected_count as {{ dbt.type_string() }})
    || ' of ' || cast(summed.deal_count as {{ dbt.type_string() }})
    || case when summed.deal_count = 1 then ' Commit deal, ' else ' Commit deals, ' end
    || cast(
        cast(floor((summed.amount - summed.missed_amount) * 100 / summed.amount) as bigint)
        as {{ dbt.type_string() }}
    )
    || ' % of the amount' as detail
from summed
inner join {{ ref('dim_users') }} as managers on summed.manager_id = managers.user_id
where {{ is_recorded('pipeline_review') }}
    and managers.is_active
    and summed.amount > 0
    and (summed.amount - summed.missed_amount) * 100 < summed.share_percent * summed.amount
