select snapshot_date, sum(open_amount) as amount, sum(weighted_amount) as weighted
from marts.fct_pipeline_daily
where snapshot_date >= (select max(snapshot_date) - 90 from marts.fct_pipeline_daily)
group by snapshot_date order by snapshot_date
