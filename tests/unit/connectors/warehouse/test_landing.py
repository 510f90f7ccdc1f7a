"""Loading a batch: all or nothing, once or twice, with its ledgers and its cursor."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from connectors.landed import Column, LandedBatch
from connectors.warehouse import ledger, loading
from connectors.warehouse.errors import LoadIncompleteError, SuspiciousEmptyError, WarehouseError
from connectors.warehouse.landing import load

OLD, NEW = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"
BIG = ["1", "false", OLD, "Big deal", "5.00"]
SMALL = ["2", "false", OLD, "Small deal", ""]
NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
EVERYTHING = "SELECT * FROM raw_salesforce.opportunity ORDER BY id"


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return warehouse.execute(query).fetchall()


def test_a_first_load_fills_table_change_log_ledgers_and_cursor(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    batch = land([BIG], [SMALL])
    result = load(warehouse, batch, run_id="r1", instance_url="https://a.example.com", time_zone="GMT", now=NOW)
    assert (result.rows_read, result.inserted, result.updated, result.unchanged) == (2, 2, 0, 0)
    stored = rows(warehouse, "SELECT id, amount, _load_id, _job_id, _deleted_at FROM raw_salesforce.opportunity")
    assert sorted(stored) == [
        ("1", Decimal(5), "r1", batch.job_id, None),
        ("2", None, "r1", batch.job_id, None),
    ]
    assert rows(warehouse, "SELECT count(*), max(_seen_at) FROM raw_salesforce.opportunity__changes") == [
        (2, NOW.replace(tzinfo=None))
    ]
    (state,) = ledger.sync_states(warehouse)
    assert state.cursor_at == batch.window_end
    assert (state.row_count, state.time_zone, state.updated_at) == (2, "GMT", NOW)
    (entry,) = ledger.loads(warehouse, "r1")
    assert (entry.page_count, entry.rows_inserted, entry.bytes, entry.fetch_seconds) == (
        2,
        2,
        batch.bytes,
        1.5,
    )
    assert rows(warehouse, "SELECT page_number, rows FROM ops.landing_pages ORDER BY 1") == [(1, 1), (2, 1)]


def test_loading_a_batch_twice_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    batch = land([BIG, SMALL, ["3", "true", OLD, "Gone", "1.005"]], mode="full")
    load(warehouse, batch, run_id="r1")
    stored = rows(warehouse, EVERYTHING)
    again = load(warehouse, batch, run_id="r2")
    assert (again.inserted, again.updated, again.unchanged, again.deleted) == (0, 0, 3, 0)
    assert rows(warehouse, EVERYTHING) == stored
    tables = "raw_salesforce.opportunity__changes", "ops.landing_pages", "ops.rejects", "ops.sync_state"
    assert [rows(warehouse, f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [3, 1, 1, 1]


def test_a_wrong_count_rolls_everything_back(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([BIG]), run_id="r1")
    stored = rows(warehouse, EVERYTHING)
    batch = land([[*BIG[:3], "Bigger deal", "9"], SMALL])
    cut = dataclasses.replace(batch, pages=(dataclasses.replace(batch.pages[0], rows=3),))
    with pytest.raises(LoadIncompleteError):
        load(warehouse, cut, run_id="r2")
    assert rows(warehouse, EVERYTHING) == stored
    assert [entry.run_id for entry in ledger.loads(warehouse)] == ["r1"]
    assert rows(warehouse, "SELECT table_name FROM duckdb_tables() WHERE temporary") == []


def test_a_failure_after_the_rows_were_merged_rolls_them_back(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([BIG]), run_id="r1")
    with pytest.raises(TypeError):
        load(warehouse, land([SMALL], window_end=NOW, seconds="many"), run_id="r2")
    assert rows(warehouse, "SELECT id FROM raw_salesforce.opportunity") == [("1",)]
    assert ledger.cursor(warehouse, "Opportunity") == datetime(2026, 1, 31, tzinfo=UTC)
    assert rows(warehouse, "SELECT count(*) FROM raw_salesforce.opportunity__changes") == [(1,)]


def test_a_cell_of_another_type_is_null_and_in_the_rejects(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    result = load(warehouse, land([BIG, ["2", "maybe", OLD, "Odd", "plenty"]]), run_id="r1")
    assert result.rejected == 2
    stored = rows(warehouse, "SELECT is_deleted, name, amount FROM raw_salesforce.opportunity WHERE id = '2'")
    assert stored == [(None, "Odd", None)]
    found = [(r.record_id, r.field_name, r.value, r.duckdb_type) for r in ledger.rejects(warehouse, "r1")]
    assert found == [("2", "Amount", "plenty", "DECIMAL(18,2)"), ("2", "IsDeleted", "maybe", "BOOLEAN")]


def test_a_rounded_amount_keeps_its_text_in_the_rejects(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([[*BIG[:4], "1.005"]]), run_id="r1")
    assert rows(warehouse, "SELECT amount FROM raw_salesforce.opportunity") == [(Decimal("1.01"),)]
    assert [reject.value for reject in ledger.rejects(warehouse)] == ["1.005"]


def test_an_empty_full_read_of_a_filled_table_is_refused_unless_it_is_allowed(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([BIG, SMALL], mode="full"), run_id="r1")
    nothing = land([], mode="full", window_end=NOW)
    with pytest.raises(SuspiciousEmptyError, match=r"the warehouse holds 2 .* lost permission"):
        load(warehouse, nothing, run_id="r2")
    assert load(warehouse, nothing, run_id="r3", allow_empty=True).deleted == 2


def test_an_empty_window_moves_the_cursor_and_nothing_else(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([BIG]), run_id="r1", time_zone="GMT")
    result = load(warehouse, land([], window_end=NOW), run_id="r2")
    assert (result.rows_read, result.unchanged) == (0, 0)
    (state,) = ledger.sync_states(warehouse)
    assert (state.cursor_at, state.row_count, state.time_zone) == (NOW, 1, "GMT")


def test_the_cursor_never_goes_back(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    load(warehouse, land([BIG], window_end=NOW), run_id="r1")
    load(warehouse, land([BIG], window_end=NOW - timedelta(days=1)), run_id="r2")
    assert ledger.cursor(warehouse, "Opportunity") == NOW


def test_expected_columns_that_the_source_lacks_are_null(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    expected = [Column("Name", "name", "VARCHAR"), Column("NextStep", "next_step", "VARCHAR")]
    for run in ("r1", "r2"):
        load(warehouse, land([BIG]), expected=expected, run_id=run)
    assert rows(warehouse, "SELECT name, next_step FROM raw_salesforce.opportunity") == [("Big deal", None)]


def test_a_backfill_fills_its_column_and_leaves_everything_else(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    deleted = ["2", "true", OLD, "Gone", ""]
    load(warehouse, land([BIG, deleted]), run_id="r1")
    columns = [Column("Id", "id", "VARCHAR"), Column("Score__c", "score__c", "DOUBLE")]
    batch = land([["1", "7"], ["2", "8"], ["3", "9"]], columns=columns, mode="full", window_end=NOW, purpose="refresh")
    result = load(warehouse, batch, run_id="r2")
    assert (result.inserted, result.updated, result.unchanged, result.deleted) == (0, 2, 1, 0)
    query = "SELECT id, name, score__c, _deletion_kind FROM raw_salesforce.opportunity ORDER BY id"
    assert rows(warehouse, query) == [("1", "Big deal", 7.0, None), ("2", "Gone", 8.0, "soft")]
    assert [change.change for change in ledger.schema_changes(warehouse)] == ["added"]
    assert ledger.cursor(warehouse, "Opportunity") != NOW


def test_a_vanished_field_keeps_its_last_values(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([BIG]), run_id="r1")
    columns = land().columns[:4]
    load(warehouse, land([["1", "false", NEW, "Renamed"]], columns=columns), run_id="r2")
    assert rows(warehouse, "SELECT name, amount FROM raw_salesforce.opportunity") == [("Renamed", Decimal(5))]


def test_a_naive_instant_is_refused(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        load(warehouse, land([BIG], window_end=datetime(2026, 1, 1)), run_id="r1")
    assert ledger.loads(warehouse) == ()


def test_every_refusal_is_a_warehouse_error() -> None:
    assert issubclass(LoadIncompleteError, WarehouseError)
    assert issubclass(SuspiciousEmptyError, WarehouseError)


def test_row_groups_stay_apart_until_a_load_puts_them_together(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LOADS_APART", 3)
    found = []
    for number in range(4):
        load(warehouse, land([[str(number), "false", OLD, "Deal", "1.00"]]), run_id="r")
        warehouse.execute("CHECKPOINT")
        groups = "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('raw_salesforce.opportunity__changes')"
        found += [groups for (groups,) in rows(warehouse, groups)]
    assert found == [1, 2, 1, 2]
    assert rows(warehouse, "SELECT id FROM raw_salesforce.opportunity ORDER BY id") == [("0",), ("1",), ("2",), ("3",)]
