{# The fiscal quarter of the as-of day and the one after it. #}

with current_quarter as (
    select dates.fiscal_quarter_end_date, as_of.as_of_date
    from {{ ref('dim_dates') }} as dates
    inner join {{ ref('int_as_of') }} as as_of on dates.date_day = as_of.as_of_date
)

select
    dates.fiscal_quarter_start_date,
    dates.fiscal_quarter_end_date,
    dates.fiscal_quarter_label,
    dates.date_day = current_quarter.as_of_date as is_current_quarter
from {{ ref('dim_dates') }} as dates
inner join current_quarter
    on dates.date_day = current_quarter.as_of_date
        or dates.date_day
        = cast({{ dbt.dateadd('day', 1, 'current_quarter.fiscal_quarter_end_date') }} as date)
