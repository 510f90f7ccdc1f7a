select e.rule_name, t.team_name, count(*) as open_exceptions, sum(e.at_risk_amount) as at_risk
from marts.fct_process_exceptions e join marts.dim_teams t on e.manager_id = t.manager_id
where e.status = 'open' group by 1, 2 order by 4 desc nulls last
