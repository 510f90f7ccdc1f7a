"""What finance gets and gives, against plain Python over the raw rows: splits, reconciliation, the forecast file."""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyarrow import parquet

from tests.support.commands import Command

pytestmark = pytest.mark.xdist_group("main_job")

ZERO = Decimal(0)
DEALS = """
    select o.*, a.name as account
    from raw_salesforce.opportunity as o left join raw_salesforce.account as a on o.account_id = a.id
    where not o.is_deleted and o._deleted_at is null
"""
Row = dict[str, Any]
Ask = Callable[[str], list[Row]]
Sums = dict[tuple[str, date], Decimal]


@pytest.fixture(scope="module")
def ask(main_home: Path, second_run: Command) -> Ask:
    """Rows of the warehouse that the second run left."""
    assert second_run.exit_code == 0, second_run.stderr

    def rows(sql: str) -> list[Row]:
        with duckdb.connect(str(main_home / "warehouse.duckdb"), read_only=True) as connection:
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return rows


@pytest.fixture(scope="module")
def deals(ask: Ask) -> dict[str, Row]:
    return {row["id"]: row for row in ask(DEALS)}


@pytest.fixture(scope="module")
def booked(finance_file: Path) -> list[dict[str, str]]:
    with finance_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def test_in_an_org_of_one_currency_all_amounts_are_the_same(ask: Ask, deals: dict[str, Row]) -> None:
    rows = ask("select * from marts.fct_opportunities")
    assert len(rows) == len(deals)
    for row in rows:
        kept = deals[row["opportunity_id"]]["amount"]
        assert row["record_amount"] == row["amount"] == row["constant_amount"] == kept
        assert row["currency_iso_code"] is None
        assert row["amount_unknown_reason"] is None
    assert ask("select count(*) as n from marts.rpt_pipeline_waterfall where currency_effect_amount <> 0") == [{"n": 0}]


def _credited(ask: Ask, deals: dict[str, Row]) -> tuple[Sums, Sums, Sums]:
    """By person and quarter: what revenue splits credit, what overlays do, and what the owned deals brought."""
    kinds = {row["id"]: row["developer_name"] for row in ask("select * from raw_salesforce.opportunity_split_type")}
    credited: Sums = defaultdict(lambda: ZERO)
    overlaid: Sums = defaultdict(lambda: ZERO)
    whole: Sums = defaultdict(lambda: ZERO)
    split = set()
    for row in ask("select * from raw_salesforce.opportunity_split where not is_deleted and _deleted_at is null"):
        deal = deals.get(row["opportunity_id"])
        is_revenue = kinds[row["split_type_id"]] == "Revenue"
        if is_revenue:
            split.add(row["opportunity_id"])
        if deal is not None and deal["is_won"]:
            sums = credited if is_revenue else overlaid
            sums[row["split_owner_id"], _quarter(deal["close_date"])] += row["split_amount"] or ZERO
    for deal in (deal for deal in deals.values() if deal["is_won"]):
        key = (deal["owner_id"], _quarter(deal["close_date"]))
        whole[key] += deal["amount"] or ZERO
        if deal["id"] not in split:
            credited[key] += deal["amount"] or ZERO
    return credited, overlaid, whole


def test_bookings_are_credited_as_the_revenue_splits_say(ask: Ask, deals: dict[str, Row]) -> None:
    credited, overlaid, whole = _credited(ask, deals)
    told = ask("select * from marts.rpt_split_bookings where period_kind = 'quarter'")
    owners = {(row["scope_id"], row["period_start_date"]): row for row in told if row["scope_kind"] == "owner"}
    for key, row in owners.items():
        assert row["split_bookings_amount"] == credited[key], key
        assert row["bookings_amount"] == whole[key], key
        assert row["overlay_amount"] == overlaid[key], key
    assert sum(1 for key in owners if credited[key] != whole[key]) > 5
    assert sum(1 for key in overlaid if overlaid[key]) > 3


def test_overlays_are_in_no_total(ask: Ask, deals: dict[str, Row]) -> None:
    credited, _, whole = _credited(ask, deals)
    told = ask("select * from marts.rpt_split_bookings where period_kind = 'quarter' and scope_kind <> 'owner'")
    assert {row["overlay_amount"] for row in told} == {None}
    company = {row["period_start_date"]: row for row in told if row["scope_kind"] == "company"}
    for quarter in {start for _, start in whole}:
        total = sum((value for (_, start), value in credited.items() if start == quarter), ZERO)
        assert company[quarter]["split_bookings_amount"] == total
        assert company[quarter]["bookings_amount"] == sum(value for (_, s), value in whole.items() if s == quarter)


def _alike(deals: dict[str, Row], taken: set[str | None], account: str, amount: Decimal) -> list[Row]:
    """Won deals of an account and amount that nothing names, the first closed first."""
    found = [
        deal
        for deal in deals.values()
        if deal["is_won"] and deal["id"] not in taken and (deal["account_id"] or "")[:15] == account
    ]
    return sorted(
        (deal for deal in found if deal["amount"] == amount), key=lambda deal: (deal["close_date"], deal["id"])
    )


def _matched(booked: list[dict[str, str]], deals: dict[str, Row]) -> dict[str, tuple[str | None, str]]:
    """By booking its deal and how it was found, following the words of the documentation."""
    short = {key[:15]: deal for key, deal in deals.items()}
    named_accounts: dict[str, set[str]] = defaultdict(set)
    for deal in deals.values():
        if deal["account_id"]:
            named_accounts[deal["account"].strip().lower()].add(deal["account_id"][:15])
    found: dict[str, tuple[str | None, str]] = {}
    loose: dict[tuple[str, Decimal], list[dict[str, str]]] = defaultdict(list)
    for line in booked:
        found[line["booking_id"]] = (None, "finance_only")
        if named := short.get(line["opportunity_id"][:15]):
            if named["is_won"]:
                found[line["booking_id"]] = (named["id"], "opportunity_id")
            continue
        of_name = named_accounts.get(line["account_name"].strip().lower(), set())
        account = line["account_id"][:15] or (min(of_name) if len(of_name) == 1 else "")
        if account:
            loose[account, Decimal(line["amount"])].append(line)
    taken = {deal for deal, _ in found.values()}
    for (account, amount), lines in loose.items():
        lines.sort(key=lambda line: (line["booked_date"], line["booking_id"]))
        for line, deal in zip(lines, _alike(deals, taken, account, amount), strict=False):
            found[line["booking_id"]] = (deal["id"], "account_and_amount")
    return found


def test_finance_is_reconciled_both_ways(ask: Ask, deals: dict[str, Row], booked: list[dict[str, str]]) -> None:
    expected = _matched(booked, deals)
    told = ask("select * from marts.fct_finance_reconciliation")
    bookings = {row["booking_id"]: row for row in told if row["booking_id"]}
    assert bookings.keys() == expected.keys()
    for key, (deal, kind) in expected.items():
        assert bookings[key]["match_kind"] == kind, key
        assert kind == "finance_only" or bookings[key]["opportunity_id"] == deal, key
    kinds = [row["match_kind"] for row in told]
    assert min(kinds.count(kind) for kind in ("opportunity_id", "account_and_amount", "finance_only", "crm_only")) > 2
    assert len(kinds) == len(expected) + kinds.count("crm_only")

    days = [date.fromisoformat(line["booked_date"]) for line in booked]
    first, after = min(days).replace(day=1), (max(days).replace(day=1) + timedelta(days=32)).replace(day=1)
    matched = {deal for deal, _ in expected.values()}
    left = {
        key
        for key, deal in deals.items()
        if deal["is_won"] and key not in matched and first <= deal["close_date"] < after
    }
    assert {row["opportunity_id"] for row in told if row["match_kind"] == "crm_only"} == left

    of_finance = sum(Decimal(line["amount"]) for line in booked)
    of_crm = sum((deals[key]["amount"] or ZERO for key in left | matched - {None} if key), ZERO)
    assert sum((row["finance_amount"] or ZERO for row in told), ZERO) == of_finance
    assert sum((row["crm_amount"] or ZERO for row in told), ZERO) == of_crm
    assert sum((row["difference_amount"] for row in told), ZERO) == of_crm - of_finance


def test_each_period_and_account_has_the_bookings_of_both(
    ask: Ask, deals: dict[str, Row], booked: list[dict[str, str]]
) -> None:
    told = ask("select * from marts.rpt_finance_reconciliation where period_kind = 'quarter'")
    crm: Sums = defaultdict(lambda: ZERO)
    finance: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for deal in (deal for deal in deals.values() if deal["is_won"]):
        crm[deal["account_id"] or "", _quarter(deal["close_date"])] += deal["amount"] or ZERO
    for line in booked:
        finance[_quarter(date.fromisoformat(line["booked_date"]))] += Decimal(line["amount"])
    for row in told:
        is_of_nobody = not row["account_id"] and bool(row["account_name"])  # a customer whom finance alone knows
        booked_by_crm = ZERO if is_of_nobody else crm[row["account_id"], row["period_start_date"]]
        assert row["crm_bookings_amount"] == booked_by_crm
        assert row["difference_amount"] == row["crm_bookings_amount"] - row["finance_bookings_amount"]
    for start, amount in finance.items():
        of_start = [row for row in told if row["period_start_date"] == start]
        assert sum(row["finance_bookings_amount"] for row in of_start) == amount
        assert sum(row["crm_bookings_amount"] for row in of_start) == sum(v for (_, s), v in crm.items() if s == start)
    assert len(told) > 50


def test_without_a_file_there_is_nothing_to_reconcile(first_run: Command) -> None:
    tables = first_run.document["tables"]
    assert tables["marts/fct_finance_reconciliation"] == tables["marts/rpt_finance_reconciliation"] == 0


def test_the_forecast_file_of_finance_is_the_published_forecast(main_home: Path, second_run: Command) -> None:
    current = main_home / "current"
    with (current / "finance" / "forecast.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    with duckdb.connect(str(current / "sales_metrics.duckdb"), read_only=True) as published:
        forecasts = published.execute(
            "select owner_id, fiscal_quarter_start_date, closed_won_amount, expected_open_amount, quota_amount "
            "from marts.rpt_forecast_quarterly"
        ).fetchall()
    by_scope = {(line["scope_kind"], line["scope_id"], line["fiscal_quarter_start_date"]): line for line in lines}
    assert {(key[1], key[2]) for key in by_scope if key[0] == "owner"} == {(row[0], str(row[1])) for row in forecasts}
    for owner, start, won, expected, quota in forecasts:
        line = by_scope["owner", owner, str(start)]
        told = [Decimal(line[name]) for name in ("booked_amount", "expected_amount", "forecast_amount")]
        assert told == [won, expected, won + expected]
        assert quota is None or Decimal(line["goal_amount"]) == quota
    assert any(row[4] for row in forecasts)
    for start in {row[1] for row in forecasts}:
        company = by_scope["company", "company", str(start)]
        assert Decimal(company["booked_amount"]) == sum(row[2] for row in forecasts if row[1] == start)
    written = parquet.read_table(current / "finance" / "forecast.parquet").to_pylist()
    assert [str(row["forecast_amount"]) for row in written] == [line["forecast_amount"] for line in lines]
