select sales_process, stage_name, count(*) as stays, median(duration_days) as median_days
from marts.fct_opportunity_stage_spells where not is_current group by 1, 2 order by 1, 2
