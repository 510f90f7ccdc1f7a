select scope_name, metric, actual, lower_limit, upper_limit, variation from marts.fct_kpis
where scope_kind = 'owner' and period_kind = 'week' and is_current and variation in ('above', 'below')
order by scope_name, metric
