"""The road from a living org into the warehouse: what the source counts is what the warehouse holds."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.salesforce.auth import SessionCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.describe import describe_object
from connectors.salesforce.objects import OBJECTS, SyncedObject
from connectors.salesforce.organization import fetch_organization
from connectors.salesforce.totals import source_totals
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.server import SandboxServer
from connectors.warehouse.connection import connect
from connectors.warehouse.lending import Lender
from expectations.runner import run_suite
from orchestration.intake import Intake
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 3, 18, 12)
DEALS = next(entry for entry in OBJECTS if entry.name == "Opportunity")


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    org = open_company(seed=7, scale=0.02, anchor=date(2026, 3, 18), clock=Clock(NOW))
    with SandboxServer(org, session_id="token") as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Iterator[Client]:
    with Client(SessionCredentials(server.url, "token")) as opened:
        yield opened


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def foreign() -> Iterator[SandboxServer]:
    """An org of several currencies: some accounts buy in EUR and GBP."""
    org = open_company(seed=7, scale=0.02, anchor=date(2026, 3, 18), clock=Clock(NOW), has_currencies=True)
    with SandboxServer(org, session_id="token") as running:
        yield running


def rows(client: Client, condition: str) -> list[dict[str, Any]]:
    """Deals by a plain query, one page of them."""
    query = f"SELECT Id, CloseDate, Amount, SystemModstamp FROM Opportunity WHERE {condition}"
    found = client.get_json("queryAll/", {"q": query})
    assert found["done"]
    records: list[dict[str, Any]] = found["records"]
    return records


def test_the_totals_are_those_of_plain_python_over_the_rows(client: Client) -> None:
    as_of = NOW.replace(tzinfo=UTC)
    totals = source_totals(client, describe_object(client, "Opportunity"), as_of=as_of, run_id="r")
    living = rows(client, "IsDeleted = false")
    assert totals.row_count == len(rows(client, "Id != null"))
    assert totals.live_count == len(living)
    assert totals.months is not None
    sums: dict[date | None, Decimal] = {}
    for row in living:
        month = date.fromisoformat(row["CloseDate"]).replace(day=1)
        sums[month] = sums.get(month, Decimal(0)) + Decimal(str(row["Amount"] or 0))
    assert {month.month: round(month.amount or Decimal(0), 2) for month in totals.months} == {
        month: round(amount, 2) for month, amount in sums.items()
    }
    assert sum(month.row_count for month in totals.months) == len(living)


def test_of_several_currencies_only_amounts_that_the_source_does_not_convert_are_told(foreign: SandboxServer) -> None:
    as_of = NOW.replace(tzinfo=UTC)
    query = "SELECT CloseDate, Amount, CurrencyIsoCode FROM Opportunity WHERE IsDeleted = false"
    with Client(SessionCredentials(foreign.url, "token")) as client:
        totals = source_totals(client, describe_object(client, "Opportunity"), as_of=as_of, run_id="r")
        deals = client.get_json("query/", {"q": query})["records"]
    counts: dict[tuple[date | None, str | None], int] = {}
    dollars: dict[date | None, Decimal] = {}
    for deal in deals:
        month = date.fromisoformat(deal["CloseDate"]).replace(day=1)
        key = (month, deal["CurrencyIsoCode"])
        counts[key] = counts.get(key, 0) + 1
        if key[1] == "USD":
            dollars[month] = dollars.get(month, Decimal(0)) + Decimal(str(deal["Amount"] or 0))
    months = totals.months or ()
    assert {"USD", "EUR"} <= {month.currency for month in months}
    assert {(month.month, month.currency): month.row_count for month in months} == counts
    assert {month.month: round(month.amount, 2) for month in months if month.amount is not None} == dollars


def test_both_sides_of_several_currencies_agree(
    foreign: SandboxServer, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with Client(SessionCredentials(foreign.url, "token")) as client:
        take(client, connection, tmp_path, "first")
    compared = connection.execute(
        "SELECT currency, bool_and(is_equal), count(source_amount) > 0 FROM ops.reconciliation "
        "WHERE measure = 'month' GROUP BY currency"
    ).fetchall()
    assert {row[0] for row in compared} >= {"USD", "EUR"}
    assert all(is_equal and has_amount == (currency == "USD") for currency, is_equal, has_amount in compared)


def test_what_changed_since_is_named_and_not_counted(client: Client) -> None:
    as_of = NOW.replace(tzinfo=UTC) - timedelta(days=60)
    totals = source_totals(client, describe_object(client, "Opportunity"), as_of=as_of, run_id="r")
    stamp = f"{as_of:%Y-%m-%dT%H:%M:%SZ}"
    changed = {row["Id"]: row["SystemModstamp"] for row in rows(client, f"SystemModstamp >= {stamp}")}
    assert changed
    assert set(changed) <= set(totals.changed_ids)
    assert totals.newest_change == max(datetime.fromisoformat(at) for at in changed.values())
    assert totals.live_count == len(rows(client, f"IsDeleted = false AND SystemModstamp < {stamp}"))
    assert totals.row_count == len(rows(client, f"CreatedDate < {stamp}"))


def take(client: Client, connection: duckdb.DuckDBPyConnection, home: Path, run: str, **settings: Any) -> Intake:
    return take_objects([DEALS], client, connection, home, run, **settings)


def take_objects(
    objects: Iterable[SyncedObject],
    client: Client,
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    run: str,
    **settings: Any,
) -> Intake:
    chosen: Settings = load_settings(home=home, **settings)
    with Lender(connection.cursor) as lender:
        intake = Intake(client, lender, chosen, run, fetch_organization(client))
        for entry in objects:
            intake.take(entry)
        intake.note_calls()
    return intake


@pytest.mark.parametrize("rest_rows", [0, 2000])
def test_both_sides_agree_first_and_after_days(
    rest_rows: int, server: SandboxServer, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for run in ("first", "second", "third"):
        with Client(SessionCredentials(server.url, "token")) as client:
            take(client, connection, tmp_path, run, rest_rows=rest_rows, refresh_days=0, sweep_days=0)
            made = client.calls.total
        noted = connection.execute("SELECT sum(call_count) FROM ops.api_calls WHERE run_id = ?", [run]).fetchone()
        assert noted == (made,)
        server.org.advance_to(server.org.clock.now + timedelta(days=3))
    purposes = "SELECT list(purpose ORDER BY load_number) FROM ops.loads WHERE run_id = ? AND purpose <> 'deletions'"
    assert connection.execute(purposes, ["first"]).fetchone() == (["rows"],)
    assert connection.execute(purposes, ["third"]).fetchone() == (["refresh", "rows", "ids"],)
    compared = connection.execute(
        "SELECT run_id, count(*), count(*) FILTER (is_equal) FROM ops.reconciliation GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert [run for run, _, _ in compared] == ["first", "second", "third"]
    assert all(count == equal > 3 for _, count, equal in compared)


def test_what_goes_with_a_deleted_deal_leaves_no_object_in_disagreement(
    server: SandboxServer, client: Client, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_objects(OBJECTS, client, connection, tmp_path, "before")
    query = "SELECT OpportunityId FROM OpportunityFieldHistory WHERE Opportunity.IsDeleted = false LIMIT 1"
    doomed = client.get_json("query/", {"q": query})["records"][0]["OpportunityId"]
    client.request("DELETE", f"sobjects/Opportunity/{doomed}")
    server.org.advance_to(server.org.clock.now + timedelta(hours=2))
    take_objects(OBJECTS, client, connection, tmp_path, "after")
    compared = connection.execute(
        "SELECT object_name, measure, source_count, warehouse_count FROM ops.reconciliation "
        "WHERE run_id = 'after' AND NOT is_equal"
    ).fetchall()
    assert compared == []
    deleted = "SELECT _deletion_kind FROM raw_salesforce.opportunity WHERE id = ?"
    assert connection.execute(deleted, [doomed]).fetchone() == ("soft",)


def test_what_is_written_while_all_is_read_passes_the_checks_and_is_read_again(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    newer = (
        "SELECT count(*) FROM raw_salesforce.opportunity AS deal JOIN ops.sync_state AS ledger "
        "ON ledger.table_name = 'opportunity' WHERE deal.system_modstamp > ledger.cursor_at"
    )
    org = open_company(seed=7, scale=0.02, anchor=date(2026, 3, 18), clock=Clock(NOW))
    with (
        SandboxServer(org, session_id="token", covered_lag_seconds=60) as server,
        Client(SessionCredentials(server.url, "token")) as client,
    ):
        deal = rows(client, "IsClosed = false")[0]["Id"]
        client.request("PATCH", f"sobjects/Opportunity/{deal}", json={"NextStep": "Call at once"})
        take(client, connection, tmp_path, "first")
        assert connection.execute(newer).fetchone() == (1,)
        verdicts = run_suite(connection, "raw", tables=["raw_salesforce.opportunity"])
        assert [one.check for one in verdicts if not one.is_passed and one.severity == "error"] == []
        client.request("PATCH", f"sobjects/Opportunity/{deal}", json={"NextStep": "Call again"})
        org.advance_to(org.clock.now + timedelta(minutes=10))
        take(client, connection, tmp_path, "second")
    assert connection.execute(newer).fetchone() == (0,)
    step = connection.execute("SELECT next_step FROM raw_salesforce.opportunity WHERE id = ?", [deal]).fetchone()
    assert step == ("Call again",)


def test_masked_and_excluded_fields_reach_neither_landing_nor_warehouse(
    client: Client, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    key = "a secret of some length"
    take(client, connection, tmp_path, "r", mask_fields="*.Name", mask_key=key, fields_exclude="Opportunity.NextStep")
    found = connection.execute("SELECT name, next_step FROM raw_salesforce.opportunity").fetchall()
    assert found
    assert all(len(name) == 64 and step is None for name, step in found)
