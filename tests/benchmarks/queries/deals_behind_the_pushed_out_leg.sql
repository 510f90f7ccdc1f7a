select m.opportunity_id, o.opportunity_name, o.owner_name, m.amount
from marts.fct_pipeline_movements m join marts.fct_opportunities o using (opportunity_id)
where m.leg = 'pushed_out' and m.period_kind = 'quarter'
and m.period_start_date = (select max(period_start_date) from marts.dim_periods where period_kind = 'quarter' and is_complete)
order by m.amount desc limit 100
