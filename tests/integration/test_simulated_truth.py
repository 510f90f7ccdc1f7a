"""The marts against what the simulated company itself says of its figures, as of the same instant.

The company counts in plain Python from its own list of events (`connectors.sandbox.simulate.truth`) and never saw a
record, a warehouse or a model. Where both sides hold a definition of their own, it is said and bounded here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.deals.book import Flags
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.truth.waterfall import LEGS
from orchestration.embedded import OrgClock

pytestmark = pytest.mark.xdist_group("main_job")

KINDS = ("week", "month", "quarter")
SCOPES = {"company": "company", "team": "team", "owner": "rep"}  # as the marts and as the company call them
BIN_DAYS = 15  # an org forgets what was deleted longer ago
# the mart's name of a figure and the company's: amounts and counts that may be added up over owners
SUMS = {
    "bookings_amount": "bookings_amount",
    "won_count": "won_count",
    "lost_count": "lost_count",
    "open_pipeline_amount": "open_pipeline_amount",
    "open_pipeline_count": "open_count",
    "weighted_pipeline_amount": "weighted_pipeline_amount",
    "push_count": "push_count",
    "push_days": "push_days",
}
RATIOS = {
    "win_rate": "win_rate",
    "average_deal_amount": "average_deal_amount",
    "average_cycle_days": "mean_cycle_days",
}
CREATED = {
    "created_count": "created_count",
    "pipeline_created_amount": "created_now_amount",
    "pipeline_created_then_amount": "created_amount",
}
# the mart adds up the days of cycles rounded to hundredths by day and owner
EXACT, ROUNDED_DAYS = 1e-6, 0.005 + 1e-6
WATERFALL = {
    **{f"{leg}_amount": f"waterfall_{leg}_amount" for leg in LEGS},
    "opening_count": "due_count",
    "slipped_count": "slipped_out_count",
}

Key = tuple[str, date]  # scope and the period's first day
Figures = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Told:
    """What a mart says by scope and period, and where it says that it does not know."""

    known: Figures
    unknown: set[Key]


@pytest.fixture(scope="module")
def published(main_home: Path, org_clock: OrgClock) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(main_home / "current" / "sales_metrics.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def now(main_home: Path, org_clock: OrgClock) -> datetime:
    """The instant of both sides."""
    with duckdb.connect(str(main_home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute("select as_of_at from intermediate.int_as_of").fetchall()
    assert rows == [(org_clock.now.replace(tzinfo=None),)]
    return org_clock.now


@pytest.fixture(scope="module")
def visible(company: Company, now: datetime) -> Company:
    """The company less the deals that had left the recycle bin when the org was first met: no one can know them."""
    emptied = (now - timedelta(days=1 + BIN_DAYS)).timestamp()
    deleted = company.pipeline.book.deals.deleted_at
    return _without(company, (deleted != NONE) & (deleted < emptied))


@pytest.fixture(scope="module")
def surviving(company: Company, now: datetime) -> Company:
    """The company less all deals that are deleted by now."""
    deleted = company.pipeline.book.deals.deleted_at
    return _without(company, (deleted != NONE) & (deleted <= now.timestamp()))


def _without(company: Company, is_gone: Flags) -> Company:
    book = company.pipeline.book
    kept = ~is_gone[book.steps.deal]
    steps = type(book.steps)(**{each.name: getattr(book.steps, each.name)[kept] for each in fields(book.steps)})
    return replace(company, pipeline=replace(company.pipeline, book=replace(book, steps=steps)))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    done = connection.execute(sql)
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def _kpis(published: duckdb.DuckDBPyConnection, metric: str, kind: str, scope: str) -> Told:
    told = Told({}, set())
    for row in _rows(
        published,
        "select scope_id, period_start_date, actual, unknown_reason from marts.fct_kpis "
        f"where metric = '{metric}' and period_kind = '{kind}' and scope_kind = '{scope}'",
    ):
        key = (row["scope_id"], row["period_start_date"])
        if row["unknown_reason"] is None:
            told.known[key] = {metric: row["actual"]}
        else:
            told.unknown.add(key)
    return told


def _waterfall(published: duckdb.DuckDBPyConnection, kind: str, scope: str) -> Told:
    rows = _rows(
        published,
        f"select * from marts.rpt_pipeline_waterfall where period_kind = '{kind}' and scope_kind = '{scope}'",
    )
    told = Told({}, set())
    for row in rows:
        key = (row["scope_id"], row["period_start_date"])
        if row["unknown_reason"] is None:
            told.known[key] = row
        else:
            told.unknown.add(key)
    return told


def _totals(company: Company, kind: str, scope: str, now: datetime) -> Figures:
    rows = company.totals(kind, SCOPES[scope], now)
    return {(row["scope_id"] or "company", row["period_start"]): row for row in rows}


def _leaders(company: Company, now: datetime) -> dict[str, str | None]:
    """By user the manager of the instant."""
    ids, people = company.staff.ids, company.staff.people
    at = now.timestamp()
    bosses = {person.index: [who for since, who in person.reporting if since <= at][-1] for person in people}
    return {str(ids[index]): None if boss == NONE else str(ids[boss]) for index, boss in bosses.items()}


def _line_above(user: str | None, leaders: Mapping[str, str | None]) -> Iterator[str]:
    """The user and all managers above."""
    while user is not None:
        yield user
        user = leaders[user]


def _differences(told: Told, truth: Figures, names: Mapping[str, str], tolerance: float = EXACT) -> list[object]:
    """Where the mart and the company do not say the same; what one side has no row of is nothing there."""
    wrong: list[object] = []
    for key in told.known.keys() | {key for key in truth if key not in told.unknown}:
        ours, theirs = told.known.get(key, {}), truth.get(key, {})
        for our_name, their_name in names.items():
            mine, true = ours.get(our_name), theirs.get(their_name)
            if abs(float(mine or 0) - float(true or 0)) > tolerance:
                wrong.append((key, our_name, mine, true))
    return wrong


def _compared(told: Told, names: Mapping[str, str]) -> int:
    """How many figures other than zero the mart has told."""
    return sum(1 for row in told.known.values() for name in names if row.get(name))


def _of_lowest_teams(truth: Figures, told: Told) -> Figures:
    """The company's teams that are teams to the marts too: who reports to nobody is one of his or her own to it."""
    teams = {scope for scope, _ in told.known}
    return {key: row for key, row in truth.items() if key[0] in teams}


def _is_over_teams(company: Company, now: datetime) -> set[str]:
    """Managers of managers: their team holds the teams below in the marts, and only themselves in the totals."""
    leaders = _leaders(company, now)
    bosses = set(leaders.values())
    return {boss for user, boss in leaders.items() if boss is not None and user in bosses}


def _lowest(told: Told, company: Company, now: datetime) -> Told:
    above = _is_over_teams(company, now)
    return Told({key: row for key, row in told.known.items() if key[0] not in above}, told.unknown)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", ["company", "owner"])
def test_sums_and_rates_are_what_the_company_says(
    published: duckdb.DuckDBPyConnection, visible: Company, now: datetime, kind: str, scope: str
) -> None:
    truth = _totals(visible, kind, scope, now)
    ended = {key: row for key, row in truth.items() if key[1] <= now.date()}
    for metric, name in (SUMS | RATIOS).items():
        told = _kpis(published, metric, kind, scope)
        reported = _reported(ended, told)
        tolerance = ROUNDED_DAYS if metric == "average_cycle_days" else EXACT
        assert _differences(told, reported, {metric: name}, tolerance) == []
        assert _compared(told, {metric: name}) > 5, metric


def _reported(truth: Figures, told: Told) -> Figures:
    """Without the periods before those that the mart tells of as unknown: the history's first, cut short."""
    first = min((start for _, start in told.known), default=date.min)
    return {key: row for key, row in truth.items() if key[1] >= first}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", SCOPES)
def test_the_waterfall_is_what_the_company_says_leg_by_leg(
    published: duckdb.DuckDBPyConnection, visible: Company, now: datetime, kind: str, scope: str
) -> None:
    told = _waterfall(published, kind, scope)
    truth = {key: row for key, row in _totals(visible, kind, scope, now).items() if key[1] <= now.date()}
    if scope == "team":
        told, truth = _lowest(told, visible, now), _of_lowest_teams(truth, told)
        truth = {key: row for key, row in truth.items() if key[0] not in _is_over_teams(visible, now)}
    assert _differences(told, truth, WATERFALL) == []
    assert _compared(told, WATERFALL) > 50


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", ["company", "owner"])
def test_created_pipeline_is_that_of_the_deals_that_are_left(
    published: duckdb.DuckDBPyConnection, surviving: Company, now: datetime, kind: str, scope: str
) -> None:
    """The marts count today's deals as created, without those that were deleted since; the company knows of these."""
    truth = _totals(surviving, kind, scope, now)
    for metric, name in CREATED.items():
        told = _kpis(published, metric, kind, scope)
        assert _differences(told, _reported(truth, told), {metric: name}) == []
        assert _compared(told, {metric: name}) > 5, metric


@pytest.mark.parametrize("rule", ["OPP-01", "OPP-02", "OPP-08"])
def test_exceptions_about_deals_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection, company: Company, now: datetime, rule: str
) -> None:
    rows = _rows(
        published,
        f"select record_id from marts.fct_process_exceptions where rule_id = '{rule}' and status in ('open', 'waived')",
    )
    assert {row["record_id"] for row in rows} == company.facts_at(now)[rule]
    assert rows
