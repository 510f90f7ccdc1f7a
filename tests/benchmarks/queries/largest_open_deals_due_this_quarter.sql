select o.opportunity_name, o.account_name, o.owner_name, o.stage_name, o.amount, o.close_date, o.push_count
from marts.fct_opportunities o join marts.dim_periods p on p.period_kind = 'quarter' and p.is_current
where o.is_open and o.close_date between p.period_start_date and p.period_end_date
order by o.amount desc nulls last limit 50
