select d.fiscal_year_label, o.lead_source, sum(o.is_won::int) as won, sum(o.is_lost::int) as lost
from marts.fct_opportunities o join marts.dim_dates d on o.close_date = d.date_day
where o.is_closed group by 1, 2 order by 1, 2
