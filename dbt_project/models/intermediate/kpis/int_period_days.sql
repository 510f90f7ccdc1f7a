{# The days of each period that figures are measured for; those after T too: a win may be dated ahead. #}

select told.told_number, dates.date_day, dates.date_day = told.level_date as is_last_day
from {{ ref('int_periods_told') }} as told
inner join {{ ref('dim_dates') }} as dates
    on dates.date_day between told.period_start_date and told.last_date
