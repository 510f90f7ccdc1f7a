{#
    The days of each period that is reported on, all of them, since a win may be dated ahead: by number,
    and marked where the running period has got to, so that a past period can be told as it stood on the same day.
#}

with periods as (

    select
        periods.*,
        as_of.as_of_date

    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    where
        not periods.is_future
        and (
            periods.period_kind in ('week', 'month', 'quarter')
            or (
                periods.period_kind = 'day'
                and {{ dbt.datediff('periods.period_start_date', 'as_of.as_of_date', 'day') }}
                < {{ var('days_reported') }}
            )
        )

),

points as (

    select
        period_kind,
        max({{ dbt.datediff('period_start_date', 'as_of_date', 'day') }}) as point_number

    from periods
    where is_current
    group by period_kind

)

select
    periods.period_kind,
    periods.period_start_date,
    dates.date_day,
    dates.date_day = least(periods.period_end_date, periods.as_of_date) as is_last_day,
    {{ dbt.datediff('periods.period_start_date', 'dates.date_day', 'day') }} <= points.point_number
        as is_to_same_day,
    {{ dbt.datediff('periods.period_start_date', 'dates.date_day', 'day') }} = least(
        points.point_number, {{ dbt.datediff('periods.period_start_date', 'periods.period_end_date', 'day') }}
    ) as is_same_day

from periods
inner join points
    on periods.period_kind = points.period_kind
inner join {{ ref('dim_dates') }} as dates
    on dates.date_day between periods.period_start_date and periods.period_end_date
