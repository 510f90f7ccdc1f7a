select stage_name, count(*) as deals, sum(amount) as amount from marts.fct_opportunity_versions
where is_open and valid_from <= timestamp '2025-09-30 12:00' and (valid_to > timestamp '2025-09-30 12:00' or valid_to is null)
group by 1 order by 3 desc
