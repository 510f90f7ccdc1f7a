{#
    The meetings that the cadence asks of every active manager with active reports, on the fourteen days from
    the as-of day on. Monthly and quarterly ones fall on the first such weekday of the month or fiscal quarter.
    One-to-ones are held with the people who sell, who lead, or who have the role of a seller; those of one
    manager follow each other, by the name of the report.
#}

with users as (
    select * from {{ ref('dim_users') }}
    where is_active and is_person
),

seller_roles as (
    select distinct role_name from users
    where is_seller and role_name is not null
),

days as (
    select
        dates.date_day,
        dates.day_of_week_number,
        {{ dbt.datediff('dates.month_start_date', 'dates.date_day', 'day') }} as month_day_count,
        {{ dbt.datediff('dates.fiscal_quarter_start_date', 'dates.date_day', 'day') }} as quarter_day_count
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('int_as_of') }} as as_of
    where dates.date_day >= as_of.as_of_date
        and dates.date_day < cast({{ dbt.dateadd('day', 14, 'as_of.as_of_date') }} as date)
),

meetings as (
    select days.date_day, cadence.*
    from {{ ref('management_cadence') }} as cadence
    inner join days on cadence.weekday_number = days.day_of_week_number
    where cadence.frequency = 'weekly'
        or (cadence.frequency = 'monthly' and days.month_day_count < 7)
        or (cadence.frequency = 'quarterly' and days.quarter_day_count < 7)
),

reports as (
    -- The account of an interface is a user like any other, and reports to somebody too.
    select
        manager_id,
        user_id as report_id,
        user_name as report_name,
        row_number()
            over (partition by manager_id order by user_name asc nulls last, user_id asc)
            as report_number
    from users
    where manager_id is not null
        and (
            is_seller
            or is_manager
            or role_name in (select seller_roles.role_name from seller_roles)
        )
),

invited as (
    select
        managers.user_id as manager_id,
        reports.report_id,
        reports.report_name,
        meetings.*,
        (coalesce(reports.report_number, 1) - 1) * meetings.duration_minutes as minutes_after_start,
        cast(
            cast(meetings.date_day as {{ dbt.type_string() }}) || ' ' || meetings.start_time || ':00'
            as {{ dbt.type_timestamp() }}
        ) as first_starts_at_local
    from users as managers
    cross join meetings
    left join reports on managers.user_id = reports.manager_id and meetings.per = 'report'
    where managers.is_manager and (meetings.per = 'manager' or reports.report_id is not null)
),

timed as (
    select
        *,
        cast(
            {{ dbt.dateadd('minute', 'minutes_after_start', 'first_starts_at_local') }}
            as {{ dbt.type_timestamp() }}
        ) as starts_at_local
    from invited
)

select
    manager_id,
    review_kind,
    {{ utc_instant('starts_at_local') }} as starts_at,
    review_name || case when report_name is null then '' else ' with ' || report_name end as review_name,
    cast(duration_minutes as bigint) as duration_minutes,
    report_id,
    agenda
from timed
