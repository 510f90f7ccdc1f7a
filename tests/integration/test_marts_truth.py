"""The marts against plain Python over the raw rows: versions, the waterfall and the KPIs, told a second way.

Nothing here reads a model to compute what it compares with; the calendar of the sandbox org is the
usual one (quarters and months of the year, weeks from Monday, days cut in GMT).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.commands import Command

pytestmark = pytest.mark.xdist_group("main_job")

ZERO = Decimal(0)
PERIODS = 20  # the latest of each kind that are compared, which keeps this fast


@dataclass
class Deal:
    """A deal as its raw rows tell of it."""

    id: str
    owner: str
    created: datetime
    gone: datetime | None
    states: list[dict[str, Any]] = field(default_factory=list)
    handovers: list[tuple[datetime, str, str]] = field(default_factory=list)

    def at(self, instant: datetime) -> dict[str, Any] | None:
        """The state at an instant; None if the deal was not there."""
        if instant < self.created or (self.gone is not None and instant >= self.gone):
            return None
        number = bisect_right([state["since"] for state in self.states], instant)
        return {**self.states[max(number - 1, 0)], "owner": self.owner_at(instant)}

    def owner_at(self, instant: datetime) -> str:
        later = [old for when, old, _ in self.handovers if when > instant]
        return later[0] if later else (self.handovers[-1][2] if self.handovers else self.owner)


@dataclass
class World:
    """All that is compared with."""

    deals: list[Deal]
    as_of: datetime
    known_from: datetime
    owners_known_from: datetime
    managers: dict[str, str | None]

    def team_of(self, manager: str) -> set[str]:
        below = {manager}
        while more := {user for user, boss in self.managers.items() if boss in below} - below:
            below |= more
        return below


def _rows(file: Path, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def warehouse(main_home: Path, second_run: Command) -> Path:
    assert second_run.exit_code == 0, second_run.stderr
    return main_home / "warehouse.duckdb"


@pytest.fixture(scope="module")
def world(warehouse: Path) -> World:
    def raw(sql: str) -> list[dict[str, Any]]:
        return _rows(warehouse, sql)

    stages = {
        row["api_name"]: row for row in raw("select api_name, is_closed, is_won from raw_salesforce.opportunity_stage")
    }
    deals = {}
    for row in raw("select * from raw_salesforce.opportunity"):
        gone = (row["_deleted_at"] or row["last_modified_date"]) if row["is_deleted"] or row["_deleted_at"] else None
        deals[row["id"]] = Deal(row["id"], row["owner_id"], row["created_date"], gone)
    for row in raw("select * from raw_salesforce.opportunity_history order by created_date, id"):
        stage = stages[row["stage_name"]]
        deals[row["opportunity_id"]].states.append(
            {
                "since": row["created_date"],
                "stage": row["stage_name"],
                "amount": row["amount"] or ZERO,
                "close": row["close_date"],
                "open": not stage["is_closed"],
                "won": bool(stage["is_won"]),
            }
        )
    owner_rows = "select * from raw_salesforce.opportunity_field_history where field = 'Owner' order by created_date"
    for row in raw(owner_rows):
        if row["data_type"] == "EntityId":
            deals[row["opportunity_id"]].handovers.append((row["created_date"], row["old_value"], row["new_value"]))
    return World(
        list(deals.values()),
        raw("select max(cursor_at) as t from ops.sync_state")[0]["t"],
        raw("select min(created_date) as t from raw_salesforce.opportunity_history")[0]["t"],
        raw("select min(created_date) as t from raw_salesforce.opportunity_field_history")[0]["t"],
        {row["id"]: row["manager_id"] for row in raw('select id, manager_id from raw_salesforce."user"')},
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _quarter_after(day: date) -> date:
    return date(day.year + (day.month > 9), (day.month + 2) % 12 + 1, 1)


def _month_after(day: date) -> date:
    return date(day.year + (day.month == 12), day.month % 12 + 1, 1)


NEXT: dict[str, Callable[[date], date]] = {
    "week": lambda day: day + timedelta(days=7),
    "month": _month_after,
    "quarter": _quarter_after,
}


def _legs(deal: Deal, first: date, after: date, as_of: datetime) -> Iterator[tuple[str, str, Decimal]]:
    """The legs of one deal through one period as (leg, owner, amount), following the identity of the KPI reference."""
    last = after - timedelta(days=1)
    begin, end = deal.at(_midnight(first)), deal.at(min(_midnight(after), as_of))
    if deal.created > min(_midnight(after), as_of):
        return

    def due(state: dict[str, Any] | None) -> bool:
        return state is not None and state["close"] is not None and first <= state["close"] <= last

    opening = begin is not None and begin["open"] and due(begin)
    closing = end is not None and end["open"] and due(end)
    won = end is not None and end["won"] and due(end)
    was_lost = begin is not None and not begin["open"] and not begin["won"]
    lost = end is not None and not end["open"] and not end["won"] and due(end) and not was_lost
    if not (opening or closing or won or lost):
        return
    entry = begin or {**deal.states[0], "owner": deal.owner_at(deal.created)}
    final = end or {**deal.states[-1], "owner": deal.owner_at(deal.gone or as_of)}
    if opening:
        yield "opening", entry["owner"], entry["amount"]
    elif begin is None:
        yield "created", entry["owner"], entry["amount"]
    elif begin["open"] or (begin["won"] and won):
        yield "pulled_in", entry["owner"], entry["amount"]
    else:
        yield "reopened", entry["owner"], entry["amount"]
    grown = final["amount"] - entry["amount"]
    if grown:
        yield ("increased" if grown > 0 else "decreased"), entry["owner"], abs(grown)
    if entry["owner"] != final["owner"]:
        yield "transferred_out", entry["owner"], final["amount"]
        yield "transferred_in", final["owner"], final["amount"]
    if closing:
        yield "closing", final["owner"], final["amount"]
    elif won or lost:
        yield ("won" if won else "lost"), final["owner"], final["amount"]
    elif end is None:
        yield "deleted", final["owner"], final["amount"]
    else:
        yield ("moved_earlier" if final["close"] < first else "pushed_out"), final["owner"], final["amount"]


def _fall(moves: list[list[tuple[str, str, Decimal]]], members: set[str] | None) -> dict[str, Decimal]:
    """Sums of the legs of a set of owners (None: of all); a handover within the set is none."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for move in moves:
        legs = [leg for leg in move if members is None or leg[1] in members]
        names = [name for name, _, _ in legs]
        stays = "transferred_in" in names and "transferred_out" in names
        for name, _, amount in legs:
            if not (stays and name.startswith("transferred")):
                sums[name] += amount
    return sums


@pytest.mark.parametrize("kind", ["quarter", "month", "week"])
def test_the_waterfall_is_what_the_raw_rows_tell(warehouse: Path, world: World, kind: str) -> None:
    falls = _rows(
        warehouse,
        f"select * from marts.rpt_pipeline_waterfall where period_kind = '{kind}' and unknown_reason is null "
        "order by period_start_date desc",
    )
    assert {row["scope_kind"] for row in falls} == {"company", "team", "owner"}
    starts = sorted({row["period_start_date"] for row in falls})[-PERIODS:]
    moves = {
        first: [list(_legs(deal, first, NEXT[kind](first), world.as_of)) for deal in world.deals] for first in starts
    }
    compared = 0
    for row in falls:
        if (first := row["period_start_date"]) not in moves:
            continue
        members = {"company": None, "team": world.team_of(row["scope_id"]), "owner": {row["scope_id"]}}
        expected = _fall(moves[first], members[row["scope_kind"]])
        found = {
            name.removesuffix("_amount"): value
            for name, value in row.items()
            if name.endswith("_amount") and name != "slipped_amount"
        }
        expected |= {"bookings": expected["won"], "currency_effect": ZERO}  # an org of one currency
        assert found == {name: expected[name] for name in found}, (row["scope_id"], first)
        compared += sum(1 for value in found.values() if value)
    assert compared > 300


def test_periods_before_the_history_are_empty_and_say_why(warehouse: Path, world: World) -> None:
    early = _rows(
        warehouse,
        "select f.scope_kind, f.opening_amount, f.won_count, f.unknown_reason, p.starts_at "
        "from marts.rpt_pipeline_waterfall f join marts.dim_periods p using (period_kind, period_start_date)",
    )
    for row in early:
        known = world.known_from if row["scope_kind"] == "company" else max(world.known_from, world.owners_known_from)
        is_unknown = row["starts_at"] < known
        assert (row["unknown_reason"] is not None) == is_unknown
        assert (row["opening_amount"] is None and row["won_count"] is None) == is_unknown


def test_the_state_of_every_deal_at_any_instant_is_that_of_its_history(warehouse: Path, world: World) -> None:
    for days in (0, 10, 45, 100, 250, 400):
        instant = world.as_of - timedelta(days=days, hours=days % 24)
        found = {
            row["opportunity_id"]: row
            for row in _rows(
                warehouse,
                "select * from marts.fct_opportunity_versions where valid_from <= "
                f"timestamp '{instant}' and (valid_to > timestamp '{instant}' or valid_to is null)",
            )
        }
        expected = {deal.id: state for deal in world.deals if (state := deal.at(instant))}
        assert found.keys() == expected.keys()
        for key, state in expected.items():
            row = found[key]
            told = (row["stage_name"], row["amount"] or ZERO, row["close_date"], row["owner_id"], row["is_open"])
            assert told == (state["stage"], state["amount"], state["close"], state["owner"], state["open"]), key


def _kpis(warehouse: Path, metric: str, kind: str, scope_kind: str = "owner") -> dict[tuple[str, date], float]:
    rows = _rows(
        warehouse,
        "select scope_id, period_start_date, actual from marts.fct_kpis where unknown_reason is null and "
        f"metric = '{metric}' and period_kind = '{kind}' and scope_kind = '{scope_kind}' and actual <> 0",
    )
    return {(row["scope_id"], row["period_start_date"]): row["actual"] for row in rows}


def _kept_from(warehouse: Path, kind: str, scope_kind: str = "owner") -> date:
    """The first period that fct_kpis keeps: of sellers and teams not all."""
    (row,) = _rows(
        warehouse,
        "select min(period_start_date) as first from marts.fct_kpis "
        f"where period_kind = '{kind}' and scope_kind = '{scope_kind}'",
    )
    first: date = row["first"]
    return first


def _start(day: date, kind: str) -> date:
    return {
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
    }[kind]


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_bookings_and_pushes_by_seller_are_what_the_raw_rows_tell(warehouse: Path, world: World, kind: str) -> None:
    bookings: dict[tuple[str, date], Decimal] = defaultdict(lambda: ZERO)
    pushes: dict[tuple[str, date], int] = defaultdict(int)
    for deal in world.deals:
        state = deal.at(world.as_of)
        if state and state["won"] and state["amount"]:
            bookings[deal.owner, _start(state["close"], kind)] += state["amount"]
        for before, after in pairwise(deal.states):
            if before["open"] and after["open"] and after["close"] > before["close"]:
                pushes[deal.owner_at(after["since"]), _start(after["since"].date(), kind)] += 1
    # a win may be dated ahead: it counts in the period of its date as soon as that has begun
    kept_from = _kept_from(warehouse, kind)
    begun = {key: float(value) for key, value in bookings.items() if kept_from <= key[1] <= world.as_of.date()}
    assert _kpis(warehouse, "bookings_amount", kind) == begun
    found = _kpis(warehouse, "push_count", kind)
    known = {
        key: float(value)
        for key, value in pushes.items()
        if key[1] >= kept_from and _midnight(key[1]) >= world.known_from
    }
    assert found == known
    assert sum(known.values()) > 20


def test_of_sellers_the_last_half_year_of_weeks_is_kept_and_of_the_company_everything(warehouse: Path) -> None:
    rows = _rows(
        warehouse,
        "select scope_kind, period_kind, count(distinct period_start_date) as periods from marts.fct_kpis group by all",
    )
    kept = {(row["scope_kind"], row["period_kind"]): row["periods"] for row in rows}
    told = {"day": 14, "week": 26, "month": 13, "quarter": 8}
    assert {kind: count for (scope, kind), count in kept.items() if scope == "owner"} == told
    assert kept["company", "week"] > 140


def test_what_a_team_did_is_what_its_people_did(warehouse: Path, world: World) -> None:
    """A task counts on the day it was done, not on the one it was due: that one only if it was written down later."""
    tasks = _rows(
        warehouse,
        "select owner_id, case when activity_date < created_date::date then activity_date "
        "else coalesce(completed_date_time, created_date)::date end as day from raw_salesforce.task "
        "where is_closed and not is_deleted and _deleted_at is null and not coalesce(is_recurrence, false)",
    )
    events = _rows(
        warehouse,
        "select owner_id, activity_date as day from raw_salesforce.event where not is_deleted and _deleted_at is null "
        "and not coalesce(is_child, false) and not coalesce(is_recurrence, false) "
        f"and coalesce(end_date_time, start_date_time) <= timestamp '{world.as_of}'",
    )
    teams = {team: world.team_of(team) for team, _ in _kpis(warehouse, "activity_count", "month", "team")}
    kept_from = _kept_from(warehouse, "month", "team")
    expected: dict[tuple[str, date], float] = defaultdict(float)
    for row in [*tasks, *events]:
        for team, members in teams.items():
            if row["owner_id"] in members and kept_from <= row["day"] <= world.as_of.date():
                expected[team, _start(row["day"], "month")] += 1
    assert _kpis(warehouse, "activity_count", "month", "team") == expected


def test_the_signal_is_that_of_an_xmr_chart(warehouse: Path) -> None:
    rows = _rows(
        warehouse,
        "select scope_kind, scope_id, metric, actual, expected_actual, lower_limit, upper_limit, variation "
        "from marts.fct_kpis "
        "where period_kind = 'week' and scope_kind <> 'team' and metric in ('activity_count', 'bookings_amount') "
        "and not is_current order by scope_id, metric, period_start_date",
    )
    series: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        series[row["scope_id"], row["metric"]].append(row)
    signals = 0
    for chart in series.values():
        for number, row in enumerate(chart):
            past = [one["actual"] for one in chart[max(0, number - 12) : number]]
            if len(past) < 12 and row["scope_kind"] == "owner":
                continue  # what came before is in the limits, but is not kept
            if len(past) < 6:
                assert row["variation"] == "too_few"
                continue
            mean = sum(past) / len(past)
            ranges = [abs(b - a) for a, b in pairwise(past)]
            reach = 2.66 * sum(ranges) / len(ranges)
            assert row["expected_actual"] == pytest.approx(mean)
            assert (row["lower_limit"], row["upper_limit"]) == pytest.approx((mean - reach, mean + reach))
            outside = row["actual"] - mean
            expected = "above" if outside > reach + 1e-6 else "below" if outside < -reach - 1e-6 else "noise"
            assert row["variation"] == expected
            signals += expected != "noise"
    assert signals > 0


def test_goals_add_up_to_the_quotas_and_to_the_seed(warehouse: Path) -> None:
    quotas = _rows(
        warehouse,
        "select quota_owner_id as scope_id, start_date, sum(quota_amount) as amount "
        "from raw_salesforce.forecasting_quota group by all",
    )
    found = _rows(
        warehouse,
        "select scope_id, period_start_date, goal from marts.fct_kpis "
        "where period_kind = 'quarter' and scope_kind = 'owner' and metric = 'bookings_amount' and goal is not null",
    )
    told = {(row["scope_id"], row["period_start_date"]): row["goal"] for row in found}
    for row in quotas:
        if (row["scope_id"], row["start_date"]) in told:
            assert told[row["scope_id"], row["start_date"]] == pytest.approx(float(row["amount"]), abs=0.01)
    assert len(told) > 25
