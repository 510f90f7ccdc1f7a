select scope_name, opening_amount, created_amount, pulled_in_amount, won_amount, lost_amount, pushed_out_amount, closing_amount
from marts.rpt_pipeline_waterfall where scope_kind = 'team' and period_kind = 'quarter' and is_current
order by scope_name
