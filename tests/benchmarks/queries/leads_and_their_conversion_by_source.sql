select lead_source, sum(lead_count) as leads, sum(converted_count) as converted, sum(won_count) as won
from marts.rpt_lead_conversions group by 1 order by 2 desc
