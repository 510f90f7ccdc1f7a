{#
    The periods that figures are measured for, each by a number that it keeps: each with all its days, and the last twelve also up to the
    same day as today is of the running one, so that it can be held against them while there is time.
#}

with periods as (
    select
        periods.*,
        as_of.as_of_date,
        cast(
            case periods.period_kind
                when 'day' then 1
                when 'week' then 2
                when 'month' then 3
                else 4
            end as integer
        ) as kind_number,
        coalesce(periods.starts_at >= horizons.history_known_from, false) as is_whole_known,
        coalesce(periods.known_until >= horizons.history_known_from, false) as is_end_known,
        row_number() over (partition by periods.period_kind order by periods.period_start_date desc) - 1
            as periods_back
    from {{ ref('dim_periods') }} as periods
    cross join {{ ref('int_as_of') }} as as_of
    left join {{ ref('dim_history_horizons') }} as horizons on horizons.field_name = 'State'
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
),

placed as (
    select
        periods.*,
        least(
            periods.period_end_date,
            cast({{ dbt.dateadd('day', 'points.point_number', 'periods.period_start_date') }} as date)
        ) as same_date
    from periods
    inner join points on periods.period_kind = points.period_kind
),

told as (
    select
        *,
        false as is_to_same_day,
        period_end_date as last_date,
        least(period_end_date, as_of_date) as level_date
    from placed
    union all
    select *, true as is_to_same_day, same_date as last_date, same_date as level_date
    from placed
    where periods_back between 1 and 12
)

select
    cast(
        8 * {{ dbt.datediff("cast('2000-01-01' as date)", 'period_start_date', 'day') }}
        + 2 * kind_number + case when is_to_same_day then 1 else 0 end as integer
    ) as told_number,
    kind_number,
    cast(periods_back as integer) as periods_back,
    period_kind,
    period_start_date,
    period_end_date,
    last_date,
    level_date,
    is_to_same_day,
    is_current,
    is_whole_known,
    is_end_known,
    elapsed_ratio
from told
