select u.user_name, sum(p.open_amount) as amount, sum(p.open_count) as deals
from marts.fct_pipeline_daily p join marts.dim_users u on p.owner_id = u.user_id
where p.snapshot_date = (select max(snapshot_date) - 30 from marts.fct_pipeline_daily)
group by 1 order by 2 desc limit 50
