"""Reading the ledgers, and noting what the checks found."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from connectors.landed import LandedBatch
from connectors.warehouse import ledger
from connectors.warehouse.landing import load

JANUARY, FEBRUARY = datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC)
ROW = ["1", "false", "2026-01-01T00:00:00.000Z", "Deal", "1"]


@dataclass(frozen=True)
class Verdict:
    suite: str = "marts"
    check: str = "amount_is_not_negative"
    table: str = "fct_opportunities"
    severity: str = "error"
    is_passed: bool = False
    failing_count: int = 1
    evaluated_count: int = 10
    sample: tuple[Mapping[str, Any], ...] = ({"name": "Ünal", "close_date": date(2026, 1, 5)},)


def test_a_new_warehouse_has_empty_ledgers(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ledger.cursor(warehouse, "Opportunity") is None
    assert ledger.covered_until(warehouse) is None
    assert ledger.known_columns(warehouse, "opportunity") == {}
    reads = (ledger.loads, ledger.latest_loads, ledger.schema_changes, ledger.rejects, ledger.check_results)
    assert [read(warehouse) for read in reads] == [()] * 5


def test_a_warehouse_of_an_older_version_can_be_looked_at(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([ROW]), run_id="r1")
    warehouse.execute("ALTER TABLE ops.loads DROP COLUMN lag_seconds")
    assert [each.lag_seconds for each in ledger.loads(warehouse)] == [None]


def test_the_as_of_instant_is_the_greatest_cursor_in_utc(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([ROW], object_name="Lead", table="lead", window_end=FEBRUARY), run_id="r1")
    load(warehouse, land([ROW]), run_id="r1")
    assert ledger.covered_until(warehouse) == FEBRUARY
    assert ledger.cursor(warehouse, "Opportunity") == JANUARY
    assert [state.object_name for state in ledger.sync_states(warehouse)] == ["Lead", "Opportunity"]


def test_the_latest_loads_are_one_per_object(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([ROW]), run_id="r1", now=JANUARY)
    load(warehouse, land([]), run_id="r2", now=FEBRUARY)
    load(warehouse, land([ROW], object_name="Lead", table="lead"), run_id="r1", now=JANUARY)
    assert [(load.object_name, load.run_id) for load in ledger.latest_loads(warehouse)] == [
        ("Lead", "r1"),
        ("Opportunity", "r2"),
    ]
    assert [entry.loaded_at for entry in ledger.loads(warehouse, "r2")] == [FEBRUARY]


def test_known_columns_are_those_that_the_source_delivered(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([ROW]), run_id="r1")
    known = ledger.known_columns(warehouse, "opportunity")
    assert known["amount"] == "DECIMAL(18,2)"
    assert list(known) == ["id", "is_deleted", "system_modstamp", "name", "amount"]


def test_check_results_are_noted_with_their_sample(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert (
        ledger.record_checks(warehouse, "r1", [Verdict(), Verdict(check="id_is_unique", is_passed=True)], JANUARY) == 2
    )
    first, second = ledger.check_results(warehouse, "r1")
    assert (first.check_name, first.failing_count, first.checked_at) == ("amount_is_not_negative", 1, JANUARY)
    assert json.loads(first.sample) == [{"name": "Ünal", "close_date": "2026-01-05"}]
    assert second.is_passed
    assert ledger.check_results(warehouse, "r2") == ()


def test_a_check_that_is_repeated_in_a_run_replaces_its_result(warehouse: duckdb.DuckDBPyConnection) -> None:
    ledger.record_checks(warehouse, "r1", [Verdict()])
    ledger.record_checks(warehouse, "r1", [Verdict(is_passed=True)])
    ledger.record_checks(warehouse, "r2", [Verdict()])
    assert [(result.run_id, result.is_passed) for result in ledger.check_results(warehouse)] == [
        ("r1", True),
        ("r2", False),
    ]
