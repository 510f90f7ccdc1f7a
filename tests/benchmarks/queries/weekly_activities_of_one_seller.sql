select period_start_date, metric, actual, goal from marts.fct_kpis
where scope_kind = 'owner' and period_kind = 'week' and metric in ('activity_count', 'meeting_count')
and scope_id = (select min(user_id) from marts.dim_users where is_seller and is_active)
order by period_start_date, metric
