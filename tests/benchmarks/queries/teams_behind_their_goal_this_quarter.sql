select scope_name, actual, goal, goal_to_date, gap from marts.fct_kpis
where scope_kind = 'team' and metric = 'bookings_amount' and period_kind = 'quarter' and is_current and status = 'behind'
order by gap desc
