select rule_name, team_name, sum(exceptions) as open_exceptions, sum(amount) as at_risk
from (
    select e.rule_name, t.team_name, count(*) as exceptions, max(e.at_risk_amount) as amount
    from marts.fct_process_exceptions e join marts.dim_teams t on e.manager_id = t.manager_id
    where e.status = 'open' group by e.rule_name, t.team_name, coalesce(e.opportunity_id, e.exception_id)
)
group by 1, 2 order by 4 desc nulls last
