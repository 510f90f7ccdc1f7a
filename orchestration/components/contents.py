"""What a manager's pack holds: the team's headline and six tables, read from one published version.

Which rows a manager may see is decided by `dim_reporting_lines` in each query here, and checked
afterwards by `audience`. The numbers of the team are in `orchestration.report.team`.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.delivery import display
from connectors.delivery.pack import (
    Comparison,
    Pack,
    PackColumn,
    PackRow,
    PackTable,
    Recipient,
    delivery_key,
)
from orchestration.components import lists
from orchestration.components.changes import changes
from orchestration.report.headline import headline
from orchestration.report.published import Published, Row
from orchestration.report.team import TeamNumbers, ratio, status, team_numbers

TEAM_COLUMNS = (
    PackColumn("owner_name", "Seller", is_brief=True),
    PackColumn("manager_name", "Manager"),
    PackColumn("bookings_amount", "Booked last week", "money", is_brief=True),
    PackColumn("goal_bookings_amount", "Goal", "money"),
    PackColumn("gap_amount", "Gap to goal", "money"),
    PackColumn("this_week_bookings_amount", "Booked this week so far", "money"),
    PackColumn("pipeline_created_amount", "Pipeline created last week", "money"),
    PackColumn("goal_pipeline_created_amount", "Goal pipeline created", "money"),
    PackColumn("activity_count", "Activities last week", "count"),
    PackColumn("goal_activity_count", "Goal activities", "count"),
    PackColumn("meeting_count", "Meetings last week", "count"),
    PackColumn("open_pipeline_amount", "Open pipeline", "money", is_brief=True),
    PackColumn("grave_free_rate", "Deals without grave exceptions", "rate"),
    PackColumn("exception_count", "Open exceptions", "count"),
    PackColumn("closed_won_amount", "Booked this quarter", "money", is_brief=True),
    PackColumn("quota_amount", "Quota", "money"),
    PackColumn("attainment_ratio", "Attained", "rate", is_brief=True),
    PackColumn("forecast_amount", "Forecast", "money"),
    PackColumn("status", "Forecast against quota", "status", is_brief=True),
)
LOW_GRAVE_FREE_RATE, POOR_GRAVE_FREE_RATE = 0.8, 0.6


def manager_pack(published: Published, manager: Recipient, *, export: str, title: str) -> Pack:
    """The pack of one manager, for the week of the as-of instant."""
    numbers = team_numbers(published, manager.id)
    last_week = published.last_week
    return Pack(
        name=export,
        title=title,
        subtitle=f"{manager.name}'s team · week of {display.day(last_week)} · {numbers.quarter.label}",
        audience=manager,
        as_of=published.as_of,
        figures=headline(published, numbers, manager.id),
        tables=(
            team_table(numbers, manager),
            lists.deals_to_inspect(published, manager.id),
            changes(published, manager.id),
            lists.process_exceptions(published, manager.id),
            lists.whom_to_coach(published, manager.id),
            lists.review_calendar(published, manager.id),
        ),
        notes=_notes(numbers),
        key=delivery_key(export, manager.id, published.as_of),
    )


def team_table(numbers: TeamNumbers, manager: Recipient) -> PackTable:
    """One line per seller, and the team as their sum."""
    quarter = numbers.quarter
    sums: dict[str, Any] = dict(numbers.sums)
    team = {**sums, "owner_name": "Team", "manager_name": None, "grave_free_rate": None}
    return PackTable(
        name="team",
        title="Team",
        columns=TEAM_COLUMNS,
        rows=tuple(_line(seller, seller["owner_id"]) for seller in numbers.sellers),
        total=_line(team, manager.id) if numbers.sellers else None,
        note=(
            f"Last full week, this week so far, and {quarter.label}. The furthest from quota first; "
            "the team is the sum of its sellers."
        ),
        comparison=Comparison(
            f"Booked against quota, {quarter.label}", "owner_name", ("closed_won_amount", "quota_amount")
        ),
    )


def _line(numbers: Row, owner_id: str) -> PackRow:
    goal, booked = numbers["goal_bookings_amount"], numbers["bookings_amount"]
    derived = {
        **numbers,
        "gap_amount": None if goal is None else goal - (booked or Decimal(0)),
        "attainment_ratio": ratio(numbers["closed_won_amount"] or 0, numbers["quota_amount"]),
        "status": status(numbers["forecast_amount"], numbers["quota_amount"]),
    }
    return PackRow(tuple(derived[column.name] for column in TEAM_COLUMNS), owner_id, _marks(derived))


def _marks(line: Row) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    pairs = (
        ("gap_amount", line["bookings_amount"], line["goal_bookings_amount"]),
        ("pipeline_created_amount", line["pipeline_created_amount"], line["goal_pipeline_created_amount"]),
        ("activity_count", line["activity_count"], line["goal_activity_count"]),
    )
    for column, value, goal in pairs:
        mark = display.STATUS_MARKS[status(value or 0, goal)]
        if mark in ("warn", "bad"):
            marks[column] = mark
    rate = line["grave_free_rate"]
    if rate is not None and rate < LOW_GRAVE_FREE_RATE:
        marks["grave_free_rate"] = "bad" if rate < POOR_GRAVE_FREE_RATE else "warn"
    return marks


def _notes(numbers: TeamNumbers) -> tuple[str, ...]:
    notes = [
        "Amounts are in corporate currency. Weeks begin on Monday; this pack reads one published version throughout.",
    ]
    missing = numbers.without_quota
    if missing:
        notes.append(
            f"Without a quota for {numbers.quarter.label}: {_listed(missing)}. The team's quota leaves them out."
        )
    return tuple(notes)


def _listed(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
