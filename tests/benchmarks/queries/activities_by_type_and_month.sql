select d.fiscal_month_label, a.activity_type, count(*) as activities
from marts.fct_activities a join marts.dim_dates d on a.activity_date = d.date_day
where a.is_completed and d.date_day >= (select max(as_of.period_start_date) - 400 from marts.dim_periods as_of where as_of.period_kind = 'day' and as_of.is_current)
group by 1, 2 order by 1, 2
