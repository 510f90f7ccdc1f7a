{# Judged from Monday evening on, and for a week: until then the reviews of the week before count. #}

with running as (
    select limits.*, {{ utc_instant('dates.week_start_date') }} as begins_at
    from {{ limits_of('MGR-08', ['inspected_share_percent', 'standing_hours', 'judged_hours']) }} as limits
    inner join {{ ref('dim_dates') }} as dates on limits.as_of_date = dates.date_day
),

judged as (
    select
        inspected_share_percent,
        standing_hours,
        case
            when as_of_at >= {{ dbt.dateadd('hour', 'judged_hours', 'begins_at') }} then begins_at
            else {{ dbt.dateadd('day', -7, 'begins_at') }}
        end as begins_at
    from running
),

weeks as (
    select
        *,
        {{ dbt.dateadd('hour', 'standing_hours', 'begins_at') }} as standing_at,
        {{ dbt.dateadd('day', 7, 'begins_at') }} as ends_at
    from judged
),

reviews as (
    select meetings.manager_id, {{ dbt.listagg('meetings.description', "' '") }} as descriptions
    from {{ ref('int_manager_meetings') }} as meetings
    inner join weeks on meetings.starts_at >= weeks.begins_at and meetings.starts_at < weeks.ends_at
    where meetings.meeting_kind = 'pipeline_review' and meetings.is_held
    group by meetings.manager_id
),

standing as (
    select
        team_lines.manager_id,
        coalesce(versions.amount, 0) as amount,
        -- ids are written down with 15 or 18 characters
        reviews.descriptions like '%' || substring(versions.opportunity_id, 1, 15) || '%' as is_inspected
    from {{ ref('fct_opportunity_versions') }} as versions
    cross join weeks
    inner join {{ ref('int_team_lines_dated') }} as team_lines
        on
            versions.owner_id = team_lines.user_id
            and weeks.standing_at >= team_lines.valid_from
            and weeks.standing_at < team_lines.valid_to
    left join reviews on team_lines.manager_id = reviews.manager_id
    where
        versions.is_open
        and versions.forecast_category = 'Commit'
        and weeks.standing_at >= versions.valid_from
        and coalesce(weeks.standing_at < versions.valid_to, true)
),

summed as (
    select
        manager_id,
        count(*) as deal_count,
        count(case when is_inspected then 1 end) as inspected_count,
        sum(amount) as amount,
        sum(case when is_inspected then amount else 0 end) as inspected_amount
    from standing
    group by manager_id
)

select
    {{ person_finding('MGR-08', "
        Inspected {inspected_count} of {deal_count|Commit deal/Commit deals},
        {100 * inspected_amount / amount|floor} % of the amount
    ", amount='summed.amount - summed.inspected_amount') }}
from summed
cross join weeks
inner join {{ ref('dim_users') }} as people on summed.manager_id = people.user_id
where
    {{ is_recorded('pipeline_review') }}
    and people.is_active
    and summed.amount > 0
    and 100 * summed.inspected_amount < weeks.inspected_share_percent * summed.amount
