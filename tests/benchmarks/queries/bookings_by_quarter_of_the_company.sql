select period_start_date, actual, goal, attainment_ratio from marts.fct_kpis
where scope_kind = 'company' and metric = 'bookings_amount' and period_kind = 'quarter'
order by period_start_date
