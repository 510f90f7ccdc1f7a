"""Customers, renewals and the kinds of bookings against plain Python over the raw rows, told a second way.

The calendar of the sandbox org is the usual one (quarters and months of the year, days cut in GMT).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command
from tests.support.raw_world import ZERO, Deal, World, add_months, read_world, rows, start

pytestmark = pytest.mark.xdist_group("main_job")

TERM_MONTHS, EARLY_DAYS, LATE_DAYS = 12, 120, 120
RANKS = {"won": 0, "open": 1, "lost": 2}
REFERRALS = {"Referral", "Customer Referral", "Employee Referral", "External Referral", "Partner Referral"}


@pytest.fixture(scope="module")
def warehouse(main_home: Path, second_run: Command) -> Path:
    assert second_run.exit_code == 0, second_run.stderr
    return main_home / "warehouse.duckdb"


@pytest.fixture(scope="module")
def world(warehouse: Path) -> World:
    return read_world(warehouse)


MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass
class Contract:
    """A win that begins a contract, with the expansions of it."""

    base: Deal
    end: date
    wins: list[Deal]
    renewal: Deal | None = None

    @property
    def amount(self) -> Decimal:
        return sum((win.value for win in self.wins), ZERO)

    def outcome(self, today: date) -> str:
        if self.renewal:
            return {"won": "renewed", "lost": "lost", "open": "open"}[self.renewal.state]
        return "lapsed" if self.end <= today else "running"

    def ended(self) -> date | None:
        """First day on which it no longer counts; None while its renewal is open."""
        if self.renewal is None:
            return self.end
        return {"won": self.renewal.close, "lost": max(self.end, self.renewal.closed_day), "open": None}[
            self.renewal.state
        ]


def _possible(contracts: list[Contract], renewal: Deal) -> list[str]:
    """Which contracts a renewal may answer, the nearest first."""
    ranked = [
        (abs((renewal.close - one.end).days), one.base.close, one.base.id)
        for one in contracts
        if one.base is not renewal
        and one.base.close < renewal.close
        and -EARLY_DAYS <= (renewal.close - one.end).days <= LATE_DAYS
    ]
    return [base for _, _, base in sorted(ranked)]


def _contracts(deals: list[Deal]) -> tuple[list[Contract], list[Deal]]:
    """The contracts of one account, and its renewals of which no contract is known."""
    wins = [deal for deal in deals if deal.state == "won" and deal.kind in ("new", "expansion", "renewal")]
    found = [Contract(win, add_months(win.close, TERM_MONTHS), [win]) for win in wins if win.kind != "expansion"]
    bases = list(found)
    for win in (win for win in wins if win.kind == "expansion"):
        running = [one for one in bases if one.base.close <= win.close < one.end]
        if running:
            latest = max(one.base.close for one in running)
            min((one for one in running if one.base.close == latest), key=lambda one: one.base.id).wins.append(win)
        else:
            found.append(Contract(win, add_months(win.close, TERM_MONTHS), [win]))
    renewals = [deal for deal in deals if deal.kind == "renewal"]
    possible = {renewal.id: _possible(found, renewal) for renewal in renewals}
    for one in found:
        ranked = [
            (possible[deal.id][0] != one.base.id, RANKS[deal.state], abs((deal.close - one.end).days), deal.id, deal)
            for deal in renewals
            if one.base.id in possible[deal.id]
        ]
        one.renewal = min(ranked)[-1] if ranked else None
    return found, [renewal for renewal in renewals if not possible[renewal.id]]


@pytest.fixture(scope="module")
def books(world: World) -> dict[str, tuple[list[Contract], list[Deal]]]:
    return _books(world)


def _books(world: World) -> dict[str, tuple[list[Contract], list[Deal]]]:
    accounts: dict[str, list[Deal]] = defaultdict(list)
    for deal in world.deals:
        if deal.account:
            accounts[deal.account].append(deal)
    return {account: _contracts(deals) for account, deals in accounts.items()}


Books = dict[str, tuple[list[Contract], list[Deal]]]


def test_every_contract_came_to_what_its_renewal_tells(warehouse: Path, world: World, books: Books) -> None:
    found = {
        row["renewal_case_id"]: (row["due_date"], row["outcome"], row["end_date"], row["contract_amount"])
        for row in rows(warehouse, "select * from marts.fct_renewals")
    }
    expected: dict[str, tuple[date, str, date | None, Decimal | None]] = {}
    for contracts, strays in books.values():
        for one in contracts:
            expected[one.base.id] = (one.end, one.outcome(world.today), one.ended(), one.amount)
        for renewal in strays:
            outcome = {"won": "renewed", "lost": "lost", "open": "open"}[renewal.state]
            expected[f"unknown-{renewal.id}"] = (renewal.close, outcome, None, None)
    assert found == expected
    assert {"renewed", "lost", "open", "lapsed", "running"} == {outcome for _, outcome, _, _ in expected.values()}


def _held(contracts: list[Contract], day: date) -> list[Deal]:
    """The wins whose terms run on a day."""
    running = [one for one in contracts if (ended := one.ended()) is None or ended > day]
    return [win for one in running for win in one.wins if win.close <= day]


@pytest.mark.parametrize("kind", ["quarter", "year"])
def test_retention_of_company_and_owners_is_what_the_raw_rows_tell(
    warehouse: Path, world: World, books: Books, kind: str
) -> None:
    told = rows(
        warehouse,
        f"select * from marts.rpt_customer_retention where period_kind = '{kind}' and scope_kind <> 'team'",
    )
    assert len(told) > 10
    first_win = min(one.base.close for contracts, _ in books.values() for one in contracts)
    for row in told:
        first = row["period_start_date"]
        after = add_months(first, MONTHS[kind])
        sums: dict[str, Any] = defaultdict(int)
        for account, (contracts, strays) in books.items():
            if row["scope_id"] not in ("company", world.account_owners[account]):
                continue
            _count_renewals(sums, contracts, strays, first, after, world.today)
            before = _held(contracts, first - timedelta(days=1))
            now = _held(contracts, min(after - timedelta(days=1), world.today))
            start, end = sum(win.value for win in before), sum(win.value for win in now)
            sums["customer_count"] += bool(before)
            sums["kept_count"] += bool(before and now)
            sums["start_amount"] += start
            sums["end_amount"] += end
            if before and now:
                sums["expansion_amount"] += max(end - start, 0)
                sums["contraction_amount"] += max(start - end, 0)
            elif before:
                sums["churned_amount"] += start
            else:
                sums["new_amount"] += end
        figures = {name: row[name] for name in (*AMOUNTS, *COUNTS)}
        assert figures == {name: sums[name] for name in figures}, (row["scope_id"], first)
        _compare_ratios(row, sums, is_known=add_months(first_win, TERM_MONTHS) <= first)


AMOUNTS = ("start_amount", "new_amount", "expansion_amount", "contraction_amount", "churned_amount", "end_amount")
COUNTS = ("customer_count", "kept_count", "due_count", "renewed_count", "lost_count", "lapsed_count", "undecided_count")


def _count_renewals(
    sums: dict[str, Any], contracts: list[Contract], strays: list[Deal], first: date, after: date, today: date
) -> None:
    names = {"renewed": "renewed", "lost": "lost", "lapsed": "lapsed", "open": "undecided", "running": "undecided"}
    for one in contracts:
        if first <= one.end < after:
            outcome = one.outcome(today)
            sums["due_count"] += 1
            sums[f"{names[outcome]}_count"] += 1
            sums["due_amount"] += one.amount
            sums["renewed_amount"] += one.amount if outcome == "renewed" else 0
    for renewal in strays:
        if first <= renewal.close < after:
            sums["due_count"] += 1
            sums[{"won": "renewed_count", "lost": "lost_count", "open": "undecided_count"}[renewal.state]] += 1


def _compare_ratios(row: dict[str, Any], sums: dict[str, Any], *, is_known: bool) -> None:
    kept = sums["start_amount"] - sums["churned_amount"] - sums["contraction_amount"]
    for name, part, whole in (
        ("renewal_rate", sums["renewed_count"], sums["due_count"]),
        ("decided_renewal_rate", sums["renewed_count"], sums["due_count"] - sums["undecided_count"]),
        ("renewal_value_rate", sums["renewed_amount"], sums["due_amount"]),
        ("gross_retention_rate", kept, sums["start_amount"]),
        ("net_retention_ratio", kept + sums["expansion_amount"], sums["start_amount"]),
        ("logo_retention_rate", sums["kept_count"], sums["customer_count"]),
    ):
        expected = float(part) / float(whole) if is_known and whole else None
        assert row[name] == (None if expected is None else pytest.approx(expected)), (name, row["period_label"])
    assert (row["unknown_reason"] is None) == is_known


def test_cohorts_of_customers_are_what_the_raw_rows_tell(warehouse: Path, world: World, books: Books) -> None:
    told = rows(warehouse, "select * from marts.rpt_customer_cohorts")
    quarters = sorted({row["period_start_date"] for row in told})

    def at_end(contracts: list[Contract], first: date) -> list[Deal]:
        return _held(contracts, min(add_months(first, 3) - timedelta(days=1), world.today))

    expected: dict[tuple[date, date], list[Any]] = defaultdict(lambda: [0, 0, ZERO, ZERO, ZERO])
    for contracts, _ in books.values():
        cohort = next((first for first in quarters if at_end(contracts, first)), None)
        if cohort is None:
            continue
        start = sum(win.value for win in at_end(contracts, cohort))
        for first in quarters:
            if first >= cohort:
                held = at_end(contracts, first)
                end = sum((win.value for win in held), ZERO)
                sums = expected[cohort, first]
                for place, value in enumerate((1, bool(held), start, min(start, end), end)):
                    sums[place] += value
    names = ("customer_count", "kept_count", "start_amount", "retained_amount", "end_amount")
    found = {(row["cohort_start_date"], row["period_start_date"]): [row[name] for name in names] for row in told}
    assert found == dict(expected)
    assert len(found) > 50


def test_bookings_break_down_into_what_the_raw_rows_tell(warehouse: Path, world: World) -> None:
    told = rows(
        warehouse,
        "select * from marts.rpt_bookings_by_kind where period_kind = 'quarter' and scope_kind in ('company', 'owner')",
    )
    firsts: dict[str, date] = {}
    for win in world.wins:
        if win.account:
            firsts[win.account] = min(firsts.get(win.account, win.close), win.close)
    expected: dict[tuple[str, date, str, str], list[Any]] = defaultdict(lambda: [ZERO, 0, set()])
    for win in (win for win in world.wins if win.close < add_months(start(world.today, "quarter"), 3)):
        customer = "unknown" if not win.account else "repeat" if win.close > firsts[win.account] else "first"
        for scope in ("company", win.owner):
            for breakdown, category in (("kind", win.kind), ("customer", customer), ("source", win.source)):
                sums = expected[scope, start(win.close, "quarter"), breakdown, category]
                sums[0] += win.value
                sums[1] += 1
                sums[2] |= {win.account} - {None}
    found = {}
    for row in told:
        key = row["scope_id"], row["period_start_date"], row["breakdown"], row["category"]
        found[key] = [row["bookings_amount"], row["won_count"], row["account_count"]]
        total = sum(sums[0] for (*scope, _), sums in expected.items() if tuple(scope) == key[:3])
        assert row["bookings_ratio"] == pytest.approx(float(row["bookings_amount"]) / float(total))
        assert row["is_referral_source"] == (key[2] == "source" and key[3] in REFERRALS)
    assert found == {key: [amount, count, len(accounts)] for key, (amount, count, accounts) in expected.items()}
