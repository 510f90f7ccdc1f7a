select sales_process, stage_name, count(*) as deals, sum(amount) as amount, sum(weighted_amount) as weighted
from marts.fct_opportunities where is_open group by all order by 1, min(stage_order)
