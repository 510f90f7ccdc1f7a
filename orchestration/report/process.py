"""How the process is followed: open exceptions by rule, adherence by seller, win rates by stage."""

from datetime import timedelta
from typing import Any

from connectors.delivery import display
from connectors.delivery.pack import Mark, PackColumn, PackRow, PackTable
from connectors.delivery.report import Bar, BarChart, Section
from orchestration.report.pipeline import process_name
from orchestration.report.published import Published, money
from orchestration.report.team import TeamNumbers

RULES_DRAWN = 12
EXIT_WEEKS = 4
LOW_GRAVE_FREE_RATE, POOR_GRAVE_FREE_RATE = 0.8, 0.6
SEVERITIES: dict[str, Mark] = {"critical": "bad", "high": "bad", "medium": "warn"}

BY_RULE = """
with concerned as (
    select rule_id, max(at_risk_amount) as at_risk_amount
    from marts.fct_process_exceptions
    where status = 'open'
    group by rule_id, coalesce(opportunity_id, exception_id)
),

amounts as (
    select rule_id, sum(at_risk_amount) as at_risk_amount
    from concerned
    group by rule_id
)

select
    exceptions.rule_id,
    max(coalesce(rules.rule_name, exceptions.rule_name)) as rule_name,
    max(coalesce(rules.severity, exceptions.severity)) as severity,
    count(*) as exception_count,
    max(amounts.at_risk_amount) as at_risk_amount,
    case
        when (select min(first_seen_at) from marts.fct_process_exceptions) <= $week_ago
            then sum(case when exceptions.first_seen_at > $week_ago then 1 else 0 end)
    end as new_count,
    max(rules.description) as description
from marts.fct_process_exceptions as exceptions
inner join amounts on exceptions.rule_id = amounts.rule_id
left join marts.dim_process_rules as rules on exceptions.rule_id = rules.rule_id
where exceptions.status = 'open'
group by exceptions.rule_id
order by exception_count desc, exceptions.rule_id
"""
RULE_COLUMNS = (
    PackColumn("rule_id", "Rule"),
    PackColumn("rule_name", "What is wrong"),
    PackColumn("severity", "Severity", "severity"),
    PackColumn("exception_count", "Open", "count"),
    PackColumn("new_count", "New in 7 days", "count"),
    PackColumn("at_risk_amount", "Amount at risk", "money"),
)

AT_RISK = """
with exceptions as (
    select
        coalesce(users.manager_name, case when users.is_manager then users.user_name end, 'Nobody') as team_name,
        record_object,
        record_id,
        opportunity_id,
        at_risk_amount
    from marts.fct_process_exceptions as exceptions
    left join marts.dim_users as users on exceptions.owner_id = users.user_id
    where status = 'open'
),

deals as (
    select team_name, opportunity_id, max(at_risk_amount) as at_risk_amount
    from exceptions
    where opportunity_id is not null
    group by team_name, opportunity_id
),

amounts as (
    select team_name, sum(at_risk_amount) as at_risk_amount
    from deals
    group by team_name
)

select
    team_name,
    count(distinct (record_object, record_id)) as record_count,
    max(amounts.at_risk_amount) as at_risk_amount
from exceptions
left join amounts using (team_name)
group by team_name
order by at_risk_amount desc nulls last, team_name
"""

BY_SELLER = """
with exits as (
    select
        owner_id,
        sum(stage_exit_count) as stage_exit_count,
        sum(on_process_exit_count) / nullif(sum(stage_exit_count), 0) as stage_exit_adherence_rate
    from marts.rpt_owner_adherence_weekly
    where not is_current_week and week_start_date >= $from_week
    group by owner_id
)

select
    users.user_name,
    users.manager_name,
    adherence.open_count,
    adherence.adherence_rate,
    adherence.grave_free_rate,
    adherence.at_risk_amount,
    coalesce(exits.stage_exit_count, 0) as stage_exit_count,
    exits.stage_exit_adherence_rate
from marts.rpt_rep_process_adherence as adherence
inner join marts.dim_users as users on adherence.owner_id = users.user_id
left join exits on adherence.owner_id = exits.owner_id
where adherence.open_count > 0
order by adherence.grave_free_rate nulls last, adherence.adherence_rate nulls last, users.user_name, users.user_id
"""
SELLER_COLUMNS = (
    PackColumn("user_name", "Seller"),
    PackColumn("manager_name", "Manager"),
    PackColumn("open_count", "Open deals", "count"),
    PackColumn("adherence_rate", "Adherence", "rate"),
    PackColumn("grave_free_rate", "Without grave ones", "rate"),
    PackColumn("at_risk_amount", "Amount at risk", "money"),
    PackColumn("stage_exit_count", f"Stage exits, {EXIT_WEEKS} weeks", "count"),
    PackColumn("stage_exit_adherence_rate", "As the process asks", "rate"),
)

WIN_RATES = """
select rates.*
from marts.rpt_stage_win_rates as rates
left join marts.dim_sales_stages as stages
    on rates.sales_process = stages.sales_process and rates.stage_name = stages.stage_name
order by rates.sales_process nulls last, stages.stage_order nulls last, rates.stage_name
"""
WIN_RATE_COLUMNS = (
    PackColumn("sales_process", "Sales process"),
    PackColumn("stage_name", "Stage"),
    PackColumn("reached_closed_count", "Reached it and closed", "count"),
    PackColumn("won_count", "Of these won", "count"),
    PackColumn("observed_win_rate", "Observed win rate", "rate"),
    PackColumn("win_rate", "Win rate, steadied", "rate"),
    PackColumn("default_probability_rate", "CRM default", "rate"),
)


def section(published: Published, numbers: TeamNumbers) -> Section:
    """Exceptions and adherence. The lead names how many sellers are looked at."""
    sellers = sum(1 for line in numbers.sellers if line["is_active_seller"])
    rules = published.rows(BY_RULE, week_ago=published.as_of_utc - timedelta(days=7))
    return Section(
        name="process",
        title="Process",
        lead=(
            f"Whether the {sellers} sellers work their deals as their own sales process asks. A deal can "
            "break several rules, so amounts of different rules do not add up."
        ),
        charts=(_chart(rules), _at_risk(published)),
        tables=(_rules(rules), _sellers(published)),
    )


def _at_risk(published: Published) -> BarChart:
    teams = published.rows(AT_RISK)
    bars = tuple(
        Bar(
            team["team_name"],
            (float(team["at_risk_amount"] or 0),),
            f"{display.short_money(team['at_risk_amount'] or 0)} · {team['record_count']}",
        )
        for team in teams
    )
    note = "Amount of the open deals concerned, each counted once, and number of records with an open exception."
    return BarChart("At risk by team", note, ("At risk",), bars)


def _chart(rules: list[dict[str, Any]]) -> BarChart:
    bars = tuple(
        Bar(rule["rule_name"], (float(rule["exception_count"]),), _caption(rule)) for rule in rules[:RULES_DRAWN]
    )
    cut = f" The {RULES_DRAWN} most frequent of {len(rules)} rules." if len(rules) > RULES_DRAWN else ""
    return BarChart("Open exceptions by rule", f"Number, and amount at risk.{cut}", ("Open exceptions",), bars)


def _caption(rule: dict[str, Any]) -> str:
    amount = rule["at_risk_amount"]
    return f"{rule['exception_count']:,}" + (f" · {display.short_money(amount)}" if amount else "")


def _rules(rules: list[dict[str, Any]]) -> PackTable:
    rows = []
    for rule in rules:
        mark = SEVERITIES.get(str(rule["severity"]).lower())
        values = {**rule, "severity": str(rule["severity"]).capitalize()}
        rows.append(_row(RULE_COLUMNS, values, {"severity": mark} if mark else {}))
    is_young = bool(rules) and all(rule["new_count"] is None for rule in rules)
    note = "What is new is told from the second week on: this is the first in which anybody looked." if is_young else ""
    return PackTable("exceptions_by_rule", "Open exceptions by rule", RULE_COLUMNS, tuple(rows), note)


def _sellers(published: Published) -> PackTable:
    rows = []
    from_week = published.this_week - timedelta(weeks=EXIT_WEEKS)
    for seller in published.rows(BY_SELLER, from_week=from_week):
        rate = seller["grave_free_rate"]
        marks: dict[str, Mark] = {}
        if rate is not None and rate < LOW_GRAVE_FREE_RATE:
            marks["grave_free_rate"] = "bad" if rate < POOR_GRAVE_FREE_RATE else "warn"
        rows.append(_row(SELLER_COLUMNS, seller, marks))
    note = (
        "Adherence is the share of open deals without an open exception of medium severity or worse; grave ones are of "
        "high or critical severity, and who has most of these comes first. Sellers without an open deal are left out. "
        "A deal leaves a stage as the process asks when it goes to the next one, is won from the last or is lost, with "
        "an amount where the new stage asks for one."
    )
    return PackTable("adherence_by_seller", "Adherence by seller", SELLER_COLUMNS, tuple(rows), note)


def win_rates(published: Published) -> Section:
    """How deals that reached a stage ended, beside what the CRM assumes."""
    rows = tuple(
        _row(WIN_RATE_COLUMNS, {**rate, "sales_process": process_name(rate["sales_process"])}, {})
        for rate in published.rows(WIN_RATES)
    )
    note = (
        "Observed: won ÷ closed, of the deals that reached the stage or skipped over it. Steadied: drawn toward the "
        "rate of the whole process, the more the fewer deals there are. Won whenever: the forecast reckons with "
        "the lower share that is won within the quarter, where history tells it."
    )
    return Section(
        name="win-rates",
        title="Stage win rates",
        lead="What a stage is worth: how often deals that got there were won, against the probability set in the CRM.",
        tables=(PackTable("stage_win_rates", "Win rate by stage", WIN_RATE_COLUMNS, rows, note),),
    )


def _row(columns: tuple[PackColumn, ...], values: dict[str, Any], marks: dict[str, Mark]) -> PackRow:
    cells = (money(values[c.name]) if c.unit == "money" else values[c.name] for c in columns)
    return PackRow(tuple(cells), marks=marks)
