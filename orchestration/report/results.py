"""Results and forecast: bookings by week against their goals, the forecast of each team against quota."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.delivery import display
from connectors.delivery.pack import PackColumn, PackRow, PackTable
from connectors.delivery.report import Bar, BarChart, Column, ColumnChart, Section
from orchestration.report.published import Published, money, total
from orchestration.report.team import TeamNumbers, ratio, status

WEEKS = 13
# The scope of `rpt_forecast_ranges` that is everybody; the others are a manager's user id.
COMPANY = "company"
Ranges = Mapping[tuple[date, str | None], Mapping[str, Any]]
WEEKLY = """
select
    week_start_date,
    sum(bookings_amount) as bookings_amount,
    sum(goal_bookings_amount) as goal_amount,
    max(case when is_current_week then 1 else 0 end) as is_partial
from marts.rpt_owner_kpis_weekly
where week_start_date <= $this_week
group by week_start_date
order by week_start_date desc
limit $weeks
"""
FORECASTS = """
select
    forecasts.*,
    coalesce(managers.user_name, 'No manager') as team_name
from marts.rpt_forecast_quarterly as forecasts
left join marts.dim_users as managers on forecasts.manager_id = managers.user_id
order by forecasts.fiscal_quarter_start_date, team_name, forecasts.owner_id
"""
HAS_RANGES = """
select count(*) > 0 as is_there from information_schema.tables
where table_schema = 'marts' and table_name = 'rpt_forecast_ranges'
"""
# The range of a manager is that of everybody below: where managers stand between, it is not the team's.
RANGES = """
select ranges.scope_id, ranges.fiscal_quarter_start_date, ranges.p10_amount, ranges.p90_amount,
    ranges.forecast_method
from marts.rpt_forecast_ranges as ranges
where ranges.scope_kind = 'company'
    or (
        ranges.scope_kind = 'team'
        and not exists (
            select 1 from marts.rpt_forecast_quarterly as forecasts
            inner join marts.dim_reporting_lines as lines on forecasts.owner_id = lines.user_id
            where lines.manager_id = ranges.scope_id
                and lines.distance_count <> 1
                and forecasts.fiscal_quarter_start_date = ranges.fiscal_quarter_start_date
        )
    )
"""
AMOUNTS = (
    "quota_amount",
    "closed_won_amount",
    "expected_open_amount",
    "forecast_amount",
    "commit_amount",
    "best_case_amount",
    "open_amount",
)
RANGE_COLUMNS = (
    PackColumn("p10_amount", "Low (10 %)", "money"),
    PackColumn("p90_amount", "High (90 %)", "money"),
)
COLUMNS = (
    PackColumn("team_name", "Team of"),
    PackColumn("quota_amount", "Quota", "money"),
    PackColumn("closed_won_amount", "Booked", "money"),
    PackColumn("expected_open_amount", "Expected from open", "money"),
    PackColumn("forecast_amount", "Forecast", "money"),
    *RANGE_COLUMNS,
    PackColumn("gap_amount", "Gap to quota", "money"),
    PackColumn("attainment_ratio", "Forecast ÷ quota", "rate"),
    PackColumn("commit_amount", "Commit", "money"),
    PackColumn("best_case_amount", "Best case", "money"),
    PackColumn("open_amount", "Open and due", "money"),
    PackColumn("status", "Status", "status"),
)


def section(published: Published, numbers: TeamNumbers) -> Section:
    """Bookings by week, and a forecast table for this quarter and the next."""
    forecasts = published.rows(FORECASTS)
    ranges = _ranges(published)
    current = [line for line in forecasts if line["is_current_quarter"]]
    coming = [line for line in forecasts if not line["is_current_quarter"]]
    tables = [_table(current, ranges, f"Forecast {numbers.quarter.label}", _method(current))]
    if coming:
        label = coming[0]["fiscal_quarter_label"]
        note = f"The next quarter, from deals that are open today. {_method(coming)}"
        tables.append(_table(coming, ranges, f"Forecast {label}", note))
    return Section(
        name="results",
        title="Results and forecast",
        lead=(
            "What has been booked against the goals, and what the deals that are open and due now will add if they go "
            "as such deals went before. Deals still to be created, pulled forward or overdue from before come on top."
        ),
        charts=(_weekly(published), _by_team(current, numbers.quarter.label)),
        tables=tuple(tables),
    )


def _ranges(published: Published) -> Ranges:
    """The ranges by quarter and scope; none in a version that was published before there were any."""
    if not published.one(HAS_RANGES)["is_there"]:
        return {}
    return {(line["fiscal_quarter_start_date"], line["scope_id"]): line for line in published.rows(RANGES)}


def _weekly(published: Published) -> ColumnChart:
    weeks = published.rows(WEEKLY, this_week=published.this_week, weeks=WEEKS)
    columns = tuple(
        Column(
            f"{week['week_start_date'].day} {display.MONTHS[week['week_start_date'].month - 1]}",
            float(week["bookings_amount"] or 0),
            None if week["goal_amount"] is None else float(week["goal_amount"]),
            bool(week["is_partial"]),
        )
        for week in reversed(weeks)
    )
    note = "By the Monday of the week. The pale column is this week, which is not over."
    return ColumnChart("Bookings by week", note, "Booked", "Goal" if any(c.goal for c in columns) else "", columns)


def _by_team(lines: list[dict[str, Any]], label: str) -> BarChart:
    bars = []
    for team in _teams(lines):
        attained = ratio(team["forecast_amount"], team["quota_amount"])
        bars.append(
            Bar(
                team["team_name"],
                (float(team["closed_won_amount"] or 0), float(team["expected_open_amount"] or 0)),
                display.short_money(team["forecast_amount"] or 0)
                + (f" · {display.number(attained, 'rate')}" if attained is not None else ""),
                goal=None if team["quota_amount"] is None else float(team["quota_amount"]),
            )
        )
    note = "Booked, and expected from open deals; in words the forecast and its share of the quota."
    return BarChart(f"Forecast {label} by team", note, ("Booked", "Expected from open"), tuple(bars), "Quota")


def _teams(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sums of each first-line team, in the order of their names."""
    grouped: defaultdict[tuple[str, str | None], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        grouped[line["team_name"], line["manager_id"]].append(line)
    ordered = sorted(grouped.items(), key=lambda team: (team[0][0], team[0][1] or ""))
    return [_sums(members, name, manager_id) for (name, manager_id), members in ordered]


def _sums(lines: list[dict[str, Any]], name: str, scope_id: str | None) -> dict[str, Any]:
    sums = {column: total(line[column] for line in lines) for column in AMOUNTS}
    quarter = lines[0]["fiscal_quarter_start_date"]
    return {"team_name": name, "scope_id": scope_id, "fiscal_quarter_start_date": quarter, **sums}


def _table(lines: list[dict[str, Any]], ranges: Ranges, title: str, note: str) -> PackTable:
    is_current = any(line["is_current_quarter"] for line in lines)
    columns = COLUMNS if ranges else tuple(column for column in COLUMNS if column not in RANGE_COLUMNS)
    rows = tuple(_row(team, columns, ranges, is_current) for team in _teams(lines))
    whole = _row(_sums(lines, "All teams", COMPANY), columns, ranges, is_current) if rows else None
    name = title.lower().replace(" ", "_").replace("-", "_")
    return PackTable(name, title, columns, rows, _note(note, ranges), total=whole)


def _method(lines: Iterable[Mapping[str, Any]]) -> str:
    return next((str(line["forecast_method"]) for line in lines if line["forecast_method"]), "")


def _note(note: str, ranges: Ranges) -> str:
    method = _method(ranges.values())
    return f"{note}. Low and high: {method[:1].lower()}{method[1:]}." if method else f"{note}."


def _row(sums: dict[str, Any], columns: Sequence[PackColumn], ranges: Ranges, is_current: bool) -> PackRow:
    quota, forecast = sums["quota_amount"], sums["forecast_amount"]
    found = ranges.get((sums["fiscal_quarter_start_date"], sums["scope_id"]), {})
    derived = {
        **sums,
        **{column.name: money(found.get(column.name)) for column in RANGE_COLUMNS},
        "gap_amount": None if quota is None else money(quota - (forecast or Decimal(0))),
        "attainment_ratio": ratio(forecast, quota),
        # A quarter that has not begun cannot be behind yet.
        "status": status(forecast, quota) if is_current else None,
    }
    return PackRow(tuple(derived[column.name] for column in columns))
