"""Forecasts, commits, slips, coverage, stalls, medians and lead response, told by plain Python from raw rows.

Nothing here reads a model to compute what it compares with, but the as-of instant and which periods are reported. The
org's calendar is the usual one (quarters of the year, weeks from Monday) and its days are cut in GMT.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import duckdb
import pytest

from tests.support.commands import Command

pytestmark = pytest.mark.xdist_group("main_job")

DAY = timedelta(days=1)
Rows = list[dict[str, Any]]


@dataclass
class Deal:
    """A deal with its states in order of time, each until the next or until the deal was deleted."""

    id: str
    row: dict[str, Any]
    gone: datetime | None
    states: Rows = field(default_factory=list)

    @property
    def alive(self) -> bool:
        return self.gone is None

    @property
    def last(self) -> dict[str, Any]:
        return self.states[-1]

    def at(self, instant: datetime) -> dict[str, Any] | None:
        """The state at an instant; None if the deal was not there."""
        if instant < self.row["created_date"] or (self.gone is not None and instant >= self.gone):
            return None
        return self.states[max(bisect_right([s["since"] for s in self.states], instant) - 1, 0)]

    def closed_at(self) -> datetime:
        """When it came into the closed state that it has not left since."""
        opened = [number for number, state in enumerate(self.states) if state["open"]]
        return self.states[opened[-1] + 1 if opened else 0]["since"]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def warehouse(main_home: Path, second_run: Command) -> Iterator[duckdb.DuckDBPyConnection]:
    assert second_run.exit_code == 0, second_run.stderr
    with duckdb.connect(str(main_home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def _rows(warehouse: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    found = warehouse.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def now(warehouse: duckdb.DuckDBPyConnection) -> datetime:
    return warehouse.execute("select max(cursor_at) from ops.sync_state").fetchall()[0][0]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def deals(warehouse: duckdb.DuckDBPyConnection) -> list[Deal]:
    stages = {row["api_name"]: row for row in _rows(warehouse, "select * from raw_salesforce.opportunity_stage")}
    found = {}
    for row in _rows(warehouse, "select * from raw_salesforce.opportunity"):
        gone = (row["_deleted_at"] or row["last_modified_date"]) if row["is_deleted"] or row["_deleted_at"] else None
        found[row["id"]] = Deal(row["id"], row, gone)
    for row in _rows(warehouse, "select * from raw_salesforce.opportunity_history order by created_date, id"):
        stage = stages[row["stage_name"]]
        found[row["opportunity_id"]].states.append(
            {
                "since": row["created_date"],
                "stage": row["stage_name"],
                "amount": float(row["amount"] or 0),
                "close": row["close_date"],
                "probability": float(row["probability"] or 0) / 100,
                "category": row["forecast_category"],
                "open": not stage["is_closed"],
                "won": bool(stage["is_won"]),
            }
        )
    return list(found.values())


def _quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


@pytest.fixture(scope="module")
def rollups(warehouse: duckdb.DuckDBPyConnection) -> Rows:
    return _rows(warehouse, "select * from marts.rpt_forecast_rollups where scope_kind = 'company'")


def _standing(deals: list[Deal], row: dict[str, Any]) -> Iterator[tuple[Deal, dict[str, Any]]]:
    """The deals that stood, open or won, in the quarter of a snapshot, each with its state then."""
    for deal in deals:
        state = deal.at(_midnight(row["snapshot_date"]))
        if state and (state["open"] or state["won"]) and _quarter(state["close"]) == row["fiscal_quarter_start_date"]:
            yield deal, state


def test_past_roll_ups_are_what_stood_in_the_raw_rows_then(deals: list[Deal], rollups: Rows) -> None:
    for row in rollups[::3]:
        states = [state for _, state in _standing(deals, row)]
        sums: dict[str, float] = defaultdict(float)
        for state in states:
            kind = "won" if state["won"] else state["category"]
            sums[kind] += state["amount"]
            sums["weighted"] += 0 if kind == "Omitted" else state["amount"] * state["probability"]
        commit = sums["won"] + sums["Forecast"]
        assert float(row["closed_amount"]) == pytest.approx(sums["won"])
        assert float(row["commit_amount"]) == pytest.approx(commit)
        assert float(row["best_case_amount"]) == pytest.approx(commit + sums["BestCase"] + sums["MostLikely"])
        assert float(row["open_pipeline_amount"]) == pytest.approx(sum(s["amount"] for s in states if s["open"]))
        assert float(row["weighted_amount"]) == pytest.approx(sums["weighted"], abs=1)
    assert len(rollups) > 100


def test_commit_hits_are_the_commit_deals_that_were_won_in_time(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal]
) -> None:
    rows = _rows(warehouse, "select * from marts.rpt_commit_hit_rates where scope_kind = 'company' and is_complete")
    hits = 0
    for row in rows[::3]:
        commits = [(deal, s) for deal, s in _standing(deals, row) if s["open"] and s["category"] == "Forecast"]
        won = [
            state["amount"]
            for deal, state in commits
            if deal.alive and deal.last["won"] and _quarter(deal.last["close"]) == row["fiscal_quarter_start_date"]
        ]
        assert (row["commit_count"], row["won_count"]) == (len(commits), len(won))
        assert float(row["won_amount"]) == pytest.approx(sum(won))
        assert row["hit_rate"] == (pytest.approx(len(won) / len(commits)) if commits else None)
        hits += len(won)
    assert hits > 5


def test_forecast_errors_are_forecast_less_bookings(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal], rollups: Rows
) -> None:
    booked: dict[date, float] = defaultdict(float)
    for deal in deals:
        if deal.alive and deal.last["won"]:
            booked[_quarter(deal.last["close"])] += deal.last["amount"]
    told = _rows(warehouse, "select * from marts.rpt_forecast_accuracy where scope_kind = 'company'")
    for row in told:
        past = [r for r in rollups if r["week_number"] == row["week_number"] and r["is_complete"]]
        quarters = [r["fiscal_quarter_start_date"] for r in past]
        errors = [float(r[f"{row['forecast_kind']}_amount"]) - booked[q] for r, q in zip(past, quarters, strict=True)]
        steps = [abs(booked[q] - booked[_quarter(q - DAY)]) for q in quarters]
        actual = sum(booked[q] for q in quarters)
        assert row["wape_ratio"] == pytest.approx(sum(map(abs, errors)) / actual)
        assert row["bias_ratio"] == pytest.approx(sum(errors) / actual)
        assert row["mase_ratio"] == pytest.approx(sum(map(abs, errors)) / sum(steps))
        assert row["seller_wape_ratio"] is None or row["seller_wape_ratio"] >= 0
    assert len(told) > 50


def test_slips_are_what_was_due_and_is_still_open_later(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal], now: datetime
) -> None:
    rows = _rows(
        warehouse,
        "select * from marts.rpt_slip_rates where scope_kind = 'company' and period_kind = 'quarter' "
        "and unknown_reason is null",
    )
    for row in rows:
        first = row["period_start_date"]
        begin, end = _midnight(first), min(_midnight(_quarter(first + 95 * DAY)), now)
        due, born = [], []
        for deal in deals:
            before, after = deal.at(begin), deal.at(end)
            is_late = bool(after and after["open"] and after["close"] >= _quarter(first + 95 * DAY))
            if before and before["open"] and _quarter(before["close"]) == first:
                due.append((before["amount"], is_late))
            elif begin < deal.row["created_date"] <= end and before is None:
                seen = [s for s in deal.states if s["since"] <= end and _quarter(s["close"]) == first]
                born += [(deal.states[0]["amount"], is_late)] if seen else []
        assert (row["due_count"], row["slipped_count"]) == (len(due), sum(late for _, late in due))
        assert float(row["slipped_amount"]) == pytest.approx(sum(amount for amount, late in due if late))
        assert row["created_due_count"] == len(born)
        late = sum(late for _, late in due + born)
        assert row["slip_rate_with_created"] == pytest.approx(late / (len(due) + len(born)))
    assert sum(row["slipped_count"] for row in rows) > 5


def _touches(warehouse: duckdb.DuckDBPyConnection, now: datetime) -> dict[str, list[datetime]]:
    """When each deal was touched by an activity of its own: a late note of a task counts on the day it is due."""
    touched: dict[str, list[datetime]] = defaultdict(list)
    alive = "not is_deleted and _deleted_at is null and not coalesce(is_recurrence, false)"
    for row in _rows(warehouse, f"select * from raw_salesforce.task where is_closed and {alive}"):
        day, made = row["activity_date"], row["created_date"]
        is_late_note = day is not None and day < made.date()
        touched[row["what_id"]].append(_midnight(day) if is_late_note else row["completed_date_time"] or made)
    for row in _rows(warehouse, f"select * from raw_salesforce.event where not coalesce(is_child, false) and {alive}"):
        if (row["end_date_time"] or row["start_date_time"]) <= now:
            touched[row["what_id"]].append(row["start_date_time"])
    return {deal: sorted(instants) for deal, instants in touched.items()}


def test_activity_coverage_is_of_what_had_been_done_by_then(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal], now: datetime
) -> None:
    touched = _touches(warehouse, now)
    roles: dict[str, Rows] = defaultdict(list)
    for row in _rows(warehouse, "select * from raw_salesforce.opportunity_contact_role"):
        roles[row["opportunity_id"]].append(row)
    rows = _rows(
        warehouse,
        "select * from marts.rpt_activity_coverage where scope_kind = 'company' and period_kind = 'week' "
        "order by period_start_date",
    )
    for row in rows[::5]:
        instant = row["snapshot_at"]
        assert instant == min(_midnight(row["period_start_date"]) + 7 * DAY, now)
        open_ones = [deal.id for deal in deals if (state := deal.at(instant)) and state["open"]]
        ages = []
        for deal_id in open_ones:
            done = [when for when in touched.get(deal_id, []) if when < instant]
            ages += [instant - done[-1]] if done else []
        several = 0
        for deal_id in open_ones:
            several += len({role["contact_id"] for role in roles[deal_id] if _is_there(role, instant)}) >= 2
        assert (row["open_count"], row["never_touched_count"]) == (len(open_ones), len(open_ones) - len(ages))
        for days in (7, 14, 30):
            assert row[f"touched_{days}_days_count"] == sum(age <= days * DAY for age in ages)
            assert row[f"reached_{days}_days_rate"] >= row[f"touched_{days}_days_rate"]
        assert row["average_recency_days"] == pytest.approx(mean(age / DAY for age in ages))
        assert row["multi_threaded_count"] == several
    assert len(rows) == 26


def _is_there(role: dict[str, Any], instant: datetime) -> bool:
    if role["_deleted_at"] is None:
        return role["created_date"] <= instant and not role["is_deleted"]
    return bool(role["created_date"] <= instant < role["_deleted_at"])


def test_stalled_deals_are_those_past_nine_of_ten_wins_or_idle(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal], now: datetime
) -> None:
    """Of new business, whose limits are those of the seed."""
    limits = {"Prospecting": 14, "Qualification": 14, "Discovery": 14, "Proposal": 10, "Negotiation": 7}
    kinds = _rows(warehouse, "select id from raw_salesforce.record_type where developer_name = 'New_Business'")
    alive = [deal for deal in deals if deal.alive and deal.row["record_type_id"] == kinds[0]["id"]]
    spent: dict[str, dict[str, float]] = {}
    for deal in alive:
        days = spent.setdefault(deal.id, defaultdict(float))
        until = [*(state["since"] for state in deal.states[1:]), now]
        for state, end in zip(deal.states, until, strict=True):
            days[state["stage"]] += (end - state["since"]) / DAY
    won = {
        stage: [spent[deal.id][stage] for deal in alive if deal.last["won"] and stage in spent[deal.id]]
        for stage in limits
    }
    usual = {stage: quantiles(days, n=10, method="inclusive")[8] for stage, days in won.items() if len(days) >= 5}
    touched = _touches(warehouse, now)
    planned = {
        row["what_id"]
        for table, end in (("task", "cast(null as timestamp)"), ("event", "coalesce(end_date_time, start_date_time)"))
        for row in _rows(
            warehouse,
            f"select what_id, {end} as ends_at, {'is_closed' if table == 'task' else 'false'} as is_done "
            f"from raw_salesforce.{table} where activity_date >= date '{now.date()}' and not is_deleted "
            "and _deleted_at is null and not coalesce(is_recurrence, false)"
            + (" and not coalesce(is_child, false)" if table == "event" else ""),
        )
        if not row["is_done"] and (row["ends_at"] is None or row["ends_at"] > now)
    }
    expected = {}
    for deal in alive:
        stage = deal.last["stage"]
        if not deal.last["open"] or stage not in limits:
            continue
        done = [when for when in touched.get(deal.id, []) if when <= now]
        idle = (now - (done[-1] if done else deal.row["created_date"])) / DAY
        is_long = stage in usual and spent[deal.id][stage] > usual[stage]
        is_idle = idle > limits[stage] and deal.id not in planned
        if is_long or is_idle:
            expected[deal.id] = (is_long, is_idle)
    found = _rows(
        warehouse,
        f"select * from marts.rpt_stalled_deals where sales_process = 'New Business' and stage_name in {tuple(limits)}",
    )
    assert {row["opportunity_id"]: (row["is_too_long_in_stage"], row["is_idle"]) for row in found} == expected
    assert len(set(expected.values())) > 1


def test_medians_and_velocity_are_those_of_the_wins(
    warehouse: duckdb.DuckDBPyConnection, deals: list[Deal], now: datetime
) -> None:
    sizes: dict[date, list[float]] = defaultdict(list)
    cycles: dict[date, list[float]] = defaultdict(list)
    for deal in deals:
        if deal.alive and deal.last["won"]:
            quarter = _quarter(deal.last["close"])
            sizes[quarter] += [deal.last["amount"]] if deal.last["amount"] > 0 else []
            cycles[quarter].append((deal.closed_at() - deal.row["created_date"]) / DAY)
    for metric, values in (("median_deal_amount", sizes), ("median_cycle_days", cycles)):
        told = _rows(
            warehouse,
            f"select period_start_date, actual from marts.fct_kpis where metric = '{metric}' and actual is not null "
            "and scope_kind = 'company' and period_kind = 'quarter' and unknown_reason is null",
        )
        assert {row["period_start_date"]: row["actual"] for row in told} == {
            quarter: pytest.approx(median(some)) for quarter, some in values.items() if some
        }
    velocity = _rows(warehouse, "select * from marts.rpt_sales_velocity where scope_kind = 'company' and is_current")[0]
    since = now.date() - timedelta(days=179)
    order = {"Prospecting": 1, "Qualification": 2, "Discovery": 3, "Proposal": 4, "Negotiation": 5}
    kinds = {row["id"]: row["name"] for row in _rows(warehouse, "select id, name from raw_salesforce.record_type")}
    opened, won, lost, days = 0, [], 0, []
    for deal in deals:
        process = kinds.get(deal.row["record_type_id"], "Default")
        first = {"New Business": "Prospecting", "Expansion": "Qualification"}.get(process)
        if not deal.alive or process == "Default":
            continue
        is_renewal = deal.row["type"] == "Renewal"
        seen = [
            s["since"] for s in deal.states if s["won"] or (s["open"] and (is_renewal or _is_later(s, first, order)))
        ]
        if not seen:
            continue
        opened += deal.last["open"]
        if deal.last["won"] and since <= deal.last["close"] <= now.date():
            won.append(deal.last["amount"])
            days += [(deal.closed_at() - seen[0]) / DAY] if deal.closed_at() > seen[0] else []
        elif not deal.last["open"] and not deal.last["won"] and deal.closed_at().date() >= since:
            lost += 1
    assert abs(velocity["open_qualified_count"] - opened) <= 2  # deals without a process or in a foreign stage
    assert abs(velocity["won_count"] - len(won)) <= 2
    assert abs(velocity["lost_count"] - lost) <= 2
    product = velocity["open_qualified_count"] * velocity["win_rate"] * velocity["average_deal_amount"]
    assert velocity["velocity_amount"] == pytest.approx(product / velocity["cycle_days"])
    assert velocity["average_deal_amount"] == pytest.approx(mean(a for a in won if a > 0), rel=0.05)
    assert velocity["cycle_days"] == pytest.approx(mean(days), rel=0.05)


def _is_later(state: dict[str, Any], first: str | None, order: dict[str, int]) -> bool:
    """Whether a stage comes after the first of its process."""
    return first is not None and order.get(state["stage"], 0) > order[first]


def test_untouched_leads_wait_on(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The product-limit curve step by step over the waits; how each lead was touched is told by fct_leads."""
    rows = _rows(warehouse, "select * from marts.rpt_lead_response where scope_kind = 'company'")
    leads = _rows(warehouse, "select created_date, response_hours, is_response_censored from marts.fct_leads")
    for row in rows:
        cohort = [lead for lead in leads if lead["created_date"].replace(day=1) == row["cohort_start_date"]]
        waits = sorted((lead["response_hours"], lead["is_response_censored"]) for lead in cohort)
        share = 1.0
        reached: dict[str, float] = {}
        for number, (hours, is_open) in enumerate(waits):
            share *= 1.0 if is_open else 1 - 1 / (len(waits) - number)
            for name, left in (("median", 0.5), ("p90", 0.1)):
                if not is_open and share <= left + 1e-9:
                    reached.setdefault(name, hours)
        assert row["lead_count"] == len(cohort)
        assert row["median_response_hours"] == pytest.approx(reached.get("median"))
        assert row["p90_response_hours"] == pytest.approx(reached.get("p90"))
    alive = "not is_deleted and _deleted_at is null and master_record_id is null"
    counted = _rows(warehouse, f"select count(*) as n from raw_salesforce.lead where {alive}")[0]["n"]
    assert sum(row["lead_count"] for row in rows) == counted
