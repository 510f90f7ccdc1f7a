"""The tables of the schema `ops`: what the pipeline writes down of its own work.

New columns are added at the end, so that a warehouse of an older version is brought up to date in place.
Who writes what: `journal` the loads, `reconciliation` the comparisons, `ledger` the checks, `telemetry` the API calls,
`builds` the last build of the models, `publish` the publications.
"""

import duckdb

from connectors.warehouse.names import OPS, RAW, constant, quote

OPS_TABLES: dict[str, dict[str, str]] = {
    # How far each object is synced; `org_id` tells two orgs apart.
    "sync_state": {
        "object_name": "VARCHAR",
        "table_name": "VARCHAR",
        "cursor_name": "VARCHAR",
        "cursor_at": "TIMESTAMP",
        "row_count": "BIGINT",
        "instance_url": "VARCHAR",
        "time_zone": "VARCHAR",
        "run_id": "VARCHAR",
        "updated_at": "TIMESTAMP",
        "org_id": "VARCHAR",
    },
    # One row for each load. `purpose` is rows, refresh, ids or deletions; `lag_seconds` is how far the end
    # of the window was behind the source's clock; `load_number` orders the loads as the landing zone has them.
    "loads": {
        "run_id": "VARCHAR",
        "object_name": "VARCHAR",
        "table_name": "VARCHAR",
        "mode": "VARCHAR",
        "job_id": "VARCHAR",
        "query": "VARCHAR",
        "cursor_name": "VARCHAR",
        "window_start": "TIMESTAMP",
        "window_end": "TIMESTAMP",
        "page_count": "BIGINT",
        "rows_read": "BIGINT",
        "rows_inserted": "BIGINT",
        "rows_updated": "BIGINT",
        "rows_unchanged": "BIGINT",
        "rows_deleted": "BIGINT",
        "rows_rejected": "BIGINT",
        "bytes": "BIGINT",
        "fetch_seconds": "DOUBLE",
        "load_seconds": "DOUBLE",
        "loaded_at": "TIMESTAMP",
        "purpose": "VARCHAR",
        "rows_per_second": "DOUBLE",
        "lag_seconds": "DOUBLE",
        "load_number": "BIGINT",
    },
    "landing_pages": {
        "object_name": "VARCHAR",
        "job_id": "VARCHAR",
        "page_number": "BIGINT",
        "path": "VARCHAR",
        "rows": "BIGINT",
        "bytes": "BIGINT",
        "sha256": "VARCHAR",
        "run_id": "VARCHAR",
        "loaded_at": "TIMESTAMP",
    },
    "rejects": {
        "object_name": "VARCHAR",
        "record_id": "VARCHAR",
        "field_name": "VARCHAR",
        "value": "VARCHAR",
        "duckdb_type": "VARCHAR",
        "job_id": "VARCHAR",
        "run_id": "VARCHAR",
        "rejected_at": "TIMESTAMP",
    },
    "schema_changes": {
        "object_name": "VARCHAR",
        "field_name": "VARCHAR",
        "change": "VARCHAR",
        "before": "VARCHAR",
        "after": "VARCHAR",
        "run_id": "VARCHAR",
        "seen_at": "TIMESTAMP",
    },
    # The source's numbers against the warehouse's as of one cursor. `measure` is rows (created before the
    # cursor, deleted ones included; up to `tolerance` of them may have been purged at the source), live
    # rows, ids, or month (of CloseDate, with the amounts).
    "reconciliation": {
        "run_id": "VARCHAR",
        "object_name": "VARCHAR",
        "table_name": "VARCHAR",
        "measure": "VARCHAR",
        "month": "DATE",
        "currency": "VARCHAR",
        "source_count": "BIGINT",
        "warehouse_count": "BIGINT",
        "tolerance": "BIGINT",
        "source_amount": "DECIMAL(38,6)",
        "warehouse_amount": "DECIMAL(38,6)",
        "is_equal": "BOOLEAN",
        "as_of": "TIMESTAMP",
        "compared_at": "TIMESTAMP",
    },
    # How far the source is ahead of the cursor: one row for each object and sync.
    "source_state": {
        "run_id": "VARCHAR",
        "object_name": "VARCHAR",
        "table_name": "VARCHAR",
        "cursor_at": "TIMESTAMP",
        "newest_change_at": "TIMESTAMP",
        "measured_at": "TIMESTAMP",
    },
    "api_calls": {
        "run_id": "VARCHAR",
        "object_name": "VARCHAR",
        "kind": "VARCHAR",
        "call_count": "BIGINT",
        "noted_at": "TIMESTAMP",
    },
    # What the org itself counted of all its clients when the run ended.
    "api_allowance": {
        "run_id": "VARCHAR",
        "used_count": "BIGINT",
        "limit_count": "BIGINT",
        "noted_at": "TIMESTAMP",
    },
    "check_results": {
        "run_id": "VARCHAR",
        "suite": "VARCHAR",
        "check_name": "VARCHAR",
        "table_name": "VARCHAR",
        "severity": "VARCHAR",
        "is_passed": "BOOLEAN",
        "failing_count": "BIGINT",
        "evaluated_count": "BIGINT",
        "sample": "VARCHAR",
        "checked_at": "TIMESTAMP",
    },
    # What the last whole build of the models was made from; no row while there is none. `built_at` is null while
    # another one is built upon it, `proven` are the tests that hold.
    "builds": {
        "fingerprint": "VARCHAR",
        "columns": "VARCHAR",
        "row_counts": "VARCHAR",
        "loaded_at": "TIMESTAMP",
        "as_of": "TIMESTAMP",
        "built_at": "TIMESTAMP",
        "marks": "VARCHAR",
        "proven": "VARCHAR",
    },
    "publications": {
        "version": "VARCHAR",
        "published_at": "TIMESTAMP",
        "table_count": "BIGINT",
        "row_count": "BIGINT",
        "run_id": "VARCHAR",
    },
}


def create_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas raw_salesforce and ops and the ops tables, where they or columns are missing."""
    counts = _column_counts(connection)
    if {table: len(columns) for table, columns in OPS_TABLES.items()}.items() <= counts.items():
        return
    there = _columns(connection) if counts else {}
    statements = [] if there else [f"CREATE SCHEMA IF NOT EXISTS {name}" for name in (RAW, OPS)]
    for table, columns in OPS_TABLES.items():
        if table not in there:
            listed = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
            statements.append(f"CREATE TABLE IF NOT EXISTS {OPS}.{table} ({listed})")
            continue
        statements += [
            f"ALTER TABLE {OPS}.{table} ADD COLUMN IF NOT EXISTS {quote(name)} {kind}"
            for name, kind in columns.items()
            if name not in there[table]
        ]
    if statements:
        connection.execute(";".join(statements))


def _column_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many columns each table has: a tenth of the cost of asking which."""
    found = connection.execute(
        "SELECT table_name, column_count FROM duckdb_tables() "
        f"WHERE database_name = current_database() AND schema_name = {constant(OPS)}"
    ).fetchall()
    return dict(found)


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        f"WHERE database_name = current_database() AND schema_name = {constant(OPS)}"
    ).fetchall():
        found.setdefault(table, set()).add(column)
    return found
