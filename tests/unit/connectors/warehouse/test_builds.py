"""What a build may be built upon: the same models, and raw tables in which rows only came to those that were there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors.landed import Column
from connectors.warehouse import builds
from connectors.warehouse.connection import connect
from connectors.warehouse.schemas import ensure_table

FIRST = datetime(2026, 3, 18, 12)
LATER = FIRST + timedelta(days=1)
FOLLOWED = {"opportunity"}
COLUMNS = (Column("Id", "id", "VARCHAR"),)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Deals and stages, loaded once and built."""
    with connect(tmp_path / "warehouse.duckdb") as connection:
        for table in ("opportunity", "opportunity_stage"):
            ensure_table(connection, table, COLUMNS)
            _load(connection, table, FIRST)
        _sync(connection, FIRST)
        builds.record(connection, "models", builds.sources(connection), FIRST)
        yield connection


def _load(connection: duckdb.DuckDBPyConnection, table: str, at: datetime) -> None:
    connection.execute(f"INSERT INTO raw_salesforce.{table}__changes (id, _loaded_at) VALUES ('x', $1)", [at])


def _sync(connection: duckdb.DuckDBPyConnection, at: datetime) -> None:
    connection.execute("INSERT INTO ops.sync_state BY NAME SELECT $1 AS cursor_at", [at])


def _changed_since(connection: duckdb.DuckDBPyConnection, fingerprint: str = "models") -> datetime | None:
    return builds.changed_since(connection, fingerprint, builds.sources(connection), FOLLOWED)


def test_new_rows_of_a_followed_table_are_those_since_the_last_load(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _changed_since(warehouse) == FIRST
    _load(warehouse, "opportunity", LATER)
    assert _changed_since(warehouse) == FIRST
    builds.record(warehouse, "models", builds.sources(warehouse), LATER)
    assert _changed_since(warehouse) == LATER


def test_other_models_are_built_from_all_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert _changed_since(warehouse, "other models") is None


def test_after_a_build_that_broke_off_all_rows_are_taken(warehouse: duckdb.DuckDBPyConnection) -> None:
    builds.forget(warehouse)
    assert _changed_since(warehouse) is None


def test_a_row_of_a_table_that_touches_everything_touches_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    _load(warehouse, "opportunity_stage", LATER)
    assert _changed_since(warehouse) is None


def test_a_row_that_pretends_to_be_old_is_not_lost(warehouse: duckdb.DuckDBPyConnection) -> None:
    _load(warehouse, "opportunity", FIRST - timedelta(days=1))
    assert _changed_since(warehouse) is None


def test_a_row_that_vanished_is_not_overlooked(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("DELETE FROM raw_salesforce.opportunity__changes")
    assert _changed_since(warehouse) is None


def test_a_new_column_or_table_touches_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    ensure_table(warehouse, "opportunity", (*COLUMNS, Column("Amount", "amount", "DOUBLE")))
    assert _changed_since(warehouse) is None


def test_time_that_runs_backwards_touches_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("DELETE FROM ops.sync_state")
    _sync(warehouse, FIRST - timedelta(hours=1))
    assert _changed_since(warehouse) is None


def test_tables_hold_what_the_last_build_read_until_a_row_comes_or_changes(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("CREATE SCHEMA raw_finance; CREATE TABLE raw_finance.bookings AS SELECT 1 AS amount")
    builds.record(warehouse, "models", builds.sources(warehouse), LATER)
    stages, deals = {"opportunity_stage", "opportunity_stage__changes"}, {"opportunity", "opportunity__changes"}
    raw = {f"raw_salesforce.{table}" for table in stages | deals}
    assert builds.unchanged(warehouse, builds.sources(warehouse)) == raw | {"ops.sync_state", "raw_finance.bookings"}
    _load(warehouse, "opportunity", LATER)
    warehouse.execute("UPDATE raw_finance.bookings SET amount = 2")
    _sync(warehouse, LATER)
    left = builds.unchanged(warehouse, builds.sources(warehouse))
    assert left == {f"raw_salesforce.{table}" for table in stages}


def test_after_a_build_that_broke_off_nothing_is_left_as_it_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    builds.record(warehouse, "models", builds.sources(warehouse), FIRST, {"test.one"})
    assert builds.proven(warehouse) == {"test.one"}
    builds.begin(warehouse)
    assert builds.unchanged(warehouse, builds.sources(warehouse)) == frozenset()
    assert builds.proven(warehouse) == frozenset()
    assert _changed_since(warehouse) == FIRST, "but the rows of the last whole build are still a base"


def test_a_note_of_an_older_version_leaves_nothing_as_it_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("UPDATE ops.builds SET marks = NULL, proven = NULL")
    assert builds.unchanged(warehouse, builds.sources(warehouse)) == frozenset()
    assert builds.proven(warehouse) == frozenset()
