"""A warehouse of version 0.1.0 keeps its rows, its versions and its cursors."""

import json
from collections.abc import Callable

import duckdb

from connectors.landed import LandedBatch
from connectors.warehouse import ledger
from connectors.warehouse.landing import load
from connectors.warehouse.ops import OPS_TABLES, create_schemas
from connectors.warehouse.schemas import stored_columns

LOADER = "_loaded_at TIMESTAMP, _load_id VARCHAR, _job_id VARCHAR, _deleted_at TIMESTAMP, _deletion_kind VARCHAR"
DEAL = "id VARCHAR, is_deleted BOOLEAN, system_modstamp TIMESTAMP, name VARCHAR, amount DECIMAL(18,2)"
MONDAY, TUESDAY = "2026-01-05 00:00:00", "2026-01-06 00:00:00"


def old_layout(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE SCHEMA raw_salesforce; CREATE SCHEMA ops")
    for table, columns in OPS_TABLES.items():
        new = {"org_id", "purpose", "rows_per_second", "lag_seconds", "load_number"}
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items() if name not in new)
        if table not in {"reconciliation", "source_state", "api_calls"}:
            connection.execute(f"CREATE TABLE ops.{table} ({listed})")
    connection.execute(f"CREATE TABLE raw_salesforce.opportunity ({DEAL}, {LOADER})")
    connection.execute("COMMENT ON COLUMN raw_salesforce.opportunity.name IS 'Name'")
    connection.execute(f"CREATE TABLE raw_salesforce.opportunity__changes ({DEAL}, {LOADER}, _seen_at TIMESTAMP)")
    for key, name, seen in (("1", "Old", MONDAY), ("2", "Two", MONDAY), ("1", "New", TUESDAY)):
        row = f"'{key}', false, TIMESTAMP '{seen}', '{name}', 1, TIMESTAMP '{seen}', 'r1', 'j', NULL, NULL"
        connection.execute(f"INSERT INTO raw_salesforce.opportunity__changes VALUES ({row}, TIMESTAMP '{seen}')")
        if name != "Old":
            connection.execute(f"INSERT INTO raw_salesforce.opportunity VALUES ({row})")


def test_rows_become_a_view_of_their_versions(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    old_layout(warehouse)
    load(warehouse, land([["2", "false", "2026-01-07T00:00:00.000Z", "Deux", "2"]]), run_id="r2", org_id="00D")
    rows = warehouse.execute("SELECT id, name FROM raw_salesforce.opportunity ORDER BY id").fetchall()
    assert rows == [("1", "New"), ("2", "Deux")]
    query = "SELECT name, _superseded_at IS NULL FROM raw_salesforce.opportunity__changes ORDER BY name"
    assert warehouse.execute(query).fetchall() == [("Deux", True), ("New", True), ("Old", False), ("Two", False)]
    assert ledger.sync_states(warehouse)[0].org_id == "00D"
    assert ledger.known_columns(warehouse, "opportunity")["name"] == "VARCHAR"


def test_columns_that_only_tell_themselves_how_the_source_spells_them_are_told_by_their_table(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([["2", "false", "2026-01-05T00:00:00.000Z", "Two", "2"]]), run_id="r1")
    known = stored_columns(warehouse, "opportunity")
    warehouse.execute("COMMENT ON TABLE raw_salesforce.opportunity__changes IS NULL")
    assert stored_columns(warehouse, "opportunity") == known
    load(warehouse, land([["3", "false", "2026-01-06T00:00:00.000Z", "Three", "3"]]), run_id="r2")
    told = warehouse.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'opportunity__changes'").fetchone()
    assert told is not None
    assert json.loads(told[0]) == {name: column.source_name for name, column in known.items()}
    assert ledger.schema_changes(warehouse, "r2") == ()


def test_ledgers_get_the_columns_that_they_lack(warehouse: duckdb.DuckDBPyConnection) -> None:
    old_layout(warehouse)
    create_schemas(warehouse)
    found = warehouse.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE schema_name = 'ops' GROUP BY 1"
    ).fetchall()
    assert {table: set(columns) for table, columns in found} == {t: set(c) for t, c in OPS_TABLES.items()}
