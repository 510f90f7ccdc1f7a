{# The weeks reported on: from the first in which anything was measured to the one that is running at T. #}

with first_week as (
    select min(week_start_date) as week_start_date from {{ ref('int_owner_measures_weekly') }}
),

weeks as (
    select
        dates.week_start_date,
        max(dates.date_day) as week_end_date,
        max(as_of.as_of_date) as as_of_date,
        sum(case when dates.is_business_day then 1 else 0 end) as business_day_count,
        -- the as-of day itself is not over: nothing is expected of it yet
        sum(
            case when dates.is_business_day and dates.date_day < as_of.as_of_date then 1 else 0 end
        ) as elapsed_day_count
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('int_as_of') }} as as_of
    cross join first_week
    where dates.week_start_date >= first_week.week_start_date
        and dates.week_start_date <= as_of.as_of_date
    group by dates.week_start_date
)

select
    week_start_date,
    week_end_date,
    case when as_of_date < week_end_date then as_of_date else week_end_date end as pipeline_date,
    as_of_date <= week_end_date as is_current_week,
    case
        when business_day_count = 0 or as_of_date > week_end_date then cast(1 as double)
        else cast(elapsed_day_count as double) / business_day_count
    end as elapsed_ratio
from weeks
