{#
    The fiscal month, quarter and year that the org itself puts each day in. After a change of the fiscal
    year old and new periods overlap: the later one holds.
#}

with ranked as (
    select
        days.date_day,
        periods.period_type,
        periods.period_number,
        periods.start_date,
        periods.end_date,
        row_number() over (
            partition by days.date_day, periods.period_type
            order by periods.start_date desc, periods.end_date desc
        ) as preference
    from {{ ref('int_dates_spined') }} as days
    inner join {{ ref('stg_salesforce__periods') }} as periods
        on days.date_day between periods.start_date and periods.end_date
    where periods.period_type in ('Month', 'Quarter', 'Year')
)

select date_day, period_type, period_number, start_date, end_date
from ranked
where preference = 1
