select period_start_date, actual, trend from marts.fct_kpis
where scope_kind = 'company' and metric = 'win_rate' and period_kind = 'month'
order by period_start_date
