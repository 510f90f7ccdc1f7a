"""Reading the ops ledgers: cursors, loads, schema changes, rejects, checks; and noting check results.

Every function works on a warehouse that has no ledgers yet: nothing was done, so nothing is found.
What a load writes is `journal`'s, what a sync cost `telemetry`'s, publications are `publish`'s business.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

import duckdb

from connectors.landed import Purpose
from connectors.warehouse import instants
from connectors.warehouse.connection import transaction
from connectors.warehouse.names import OPS, constant
from connectors.warehouse.ops import create_schemas
from connectors.warehouse.schemas import column_types, stored_columns


@dataclass(frozen=True, slots=True)
class SyncState:
    """Up to where an object is loaded; `row_count` are the rows that are not deleted."""

    object_name: str
    table_name: str
    cursor_name: str | None
    cursor_at: datetime
    row_count: int
    instance_url: str
    time_zone: str | None
    run_id: str
    updated_at: datetime
    org_id: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """One load as ops.loads has it; see `journal.LoadResult` for what is counted.

    `lag_seconds` is how far the end of the window was behind the source's clock, None if that is unknown.
    """

    run_id: str
    object_name: str
    table_name: str
    mode: str
    job_id: str
    query: str
    cursor_name: str | None
    window_start: datetime | None
    window_end: datetime
    page_count: int
    rows_read: int
    rows_inserted: int
    rows_updated: int
    rows_unchanged: int
    rows_deleted: int
    rows_rejected: int
    bytes: int
    fetch_seconds: float
    load_seconds: float
    loaded_at: datetime
    purpose: str | None
    rows_per_second: float | None
    lag_seconds: float | None
    load_number: int | None


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A field that was added, vanished or was retyped at the source, in the source's spelling."""

    object_name: str
    field_name: str
    change: str
    before: str | None
    after: str | None
    run_id: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A cell whose text did not fit its column: NULL there, or rounded."""

    object_name: str
    record_id: str
    field_name: str
    value: str
    duckdb_type: str
    job_id: str
    run_id: str
    rejected_at: datetime


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one run; `sample` is a JSON list of failing rows."""

    run_id: str
    suite: str
    check_name: str
    table_name: str
    severity: str
    is_passed: bool
    failing_count: int
    evaluated_count: int
    sample: str
    checked_at: datetime


class Check(Protocol):
    """What is noted of a verdict, whoever reached it."""

    @property
    def suite(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def is_passed(self) -> bool: ...
    @property
    def failing_count(self) -> int: ...
    @property
    def evaluated_count(self) -> int: ...
    @property
    def sample(self) -> Sequence[Mapping[str, Any]]: ...


def cursor(connection: duckdb.DuckDBPyConnection, object_name: str) -> datetime | None:
    """The instant up to which the source vouched for this object; None before its first load."""
    found = _read(connection, SyncState, "sync_state", f"WHERE object_name = {constant(object_name)}")
    return found[0].cursor_at if found else None


def cursor_name(connection: duckdb.DuckDBPyConnection, object_name: str) -> str | None:
    """The column that the object's windows are cut on; None if it has none, or before its first load."""
    found = _read(connection, SyncState, "sync_state", f"WHERE object_name = {constant(object_name)}")
    return found[0].cursor_name if found else None


def covered_until(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The as-of instant of the marts: the greatest cursor; None before the first load."""
    return max((state.cursor_at for state in sync_states(connection)), default=None)


def sync_states(connection: duckdb.DuckDBPyConnection) -> tuple[SyncState, ...]:
    """One per object, by name."""
    return _read(connection, SyncState, "sync_state", "ORDER BY object_name")


def known_columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Name and DuckDB type of the columns of a raw table that the source delivered last time.

    Columns that only the models expect, that vanished, or that the loader added are left out.
    """
    columns = stored_columns(connection, table).values()
    return {column.name: column.duckdb_type for column in columns if column.source_name is not None}


def last_done(connection: duckdb.DuckDBPyConnection, object_name: str, purpose: Purpose) -> datetime | None:
    """When a batch of this purpose was loaded last; a full read does what a refresh and a list of Ids do."""
    condition = (
        f"WHERE object_name = {constant(object_name)} "
        f"AND (purpose = {constant(purpose)} OR mode = 'full' AND purpose = 'rows') ORDER BY loaded_at"
    )
    found = _read(connection, Load, "loads", condition)
    return found[-1].loaded_at if found else None


def loads(connection: duckdb.DuckDBPyConnection, run_id: str | None = None) -> tuple[Load, ...]:
    """The loads of a run, in their order; of all runs if None."""
    return _read(connection, Load, "loads", _of_run(run_id, "loaded_at, object_name"))


def latest_loads(connection: duckdb.DuckDBPyConnection) -> tuple[Load, ...]:
    """The last load of each object, by name: what changed most recently."""
    return tuple(sorted({load.object_name: load for load in loads(connection)}.values(), key=_object_name))


def schema_changes(connection: duckdb.DuckDBPyConnection, run_id: str | None = None) -> tuple[SchemaChange, ...]:
    """Changed fields that a run met, in their order; of all runs if None."""
    clauses = _of_run(run_id, "seen_at, object_name, field_name")
    return _read(connection, SchemaChange, "schema_changes", clauses)


def rejects(connection: duckdb.DuckDBPyConnection, run_id: str | None = None) -> tuple[Reject, ...]:
    """Cells first seen in a run that did not fit their column; of all runs if None."""
    clauses = _of_run(run_id, "rejected_at, object_name, record_id, field_name")
    return _read(connection, Reject, "rejects", clauses)


def check_results(connection: duckdb.DuckDBPyConnection, run_id: str | None = None) -> tuple[CheckResult, ...]:
    """The check results of a run; of all runs if None."""
    clauses = _of_run(run_id, "checked_at, suite, table_name, check_name")
    return _read(connection, CheckResult, "check_results", clauses)


def record_checks(
    connection: duckdb.DuckDBPyConnection, run_id: str, rows: Iterable[Check], now: datetime | None = None
) -> int:
    """Note check results of a run; a repeated check replaces its result. Returns how many."""
    checked_at = instants.stored(now or instants.now())
    results = [_result_of(run_id, row, checked_at) for row in rows]
    with transaction(connection):
        create_schemas(connection)
        for result in results:
            connection.execute(
                f"DELETE FROM {OPS}.check_results WHERE (run_id, suite, check_name, table_name) = (?, ?, ?, ?)",
                [run_id, result.suite, result.check_name, result.table_name],
            )
            connection.execute(
                f"INSERT INTO {OPS}.check_results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                list(astuple(result)),
            )
    return len(results)


def _result_of(run_id: str, row: Check, checked_at: datetime) -> CheckResult:
    return CheckResult(
        run_id=run_id,
        suite=row.suite,
        check_name=row.check,
        table_name=row.table,
        severity=row.severity,
        is_passed=row.is_passed,
        failing_count=row.failing_count,
        evaluated_count=row.evaluated_count,
        sample=json.dumps([dict(record) for record in row.sample], default=str, ensure_ascii=False),
        checked_at=checked_at,
    )


def _object_name(load: Load) -> str:
    return load.object_name


def _of_run(run_id: str | None, order: str) -> str:
    condition = "" if run_id is None else f"WHERE run_id = {constant(run_id)} "
    return f"{condition}ORDER BY {order}"


Row = TypeVar("Row", SyncState, Load, SchemaChange, Reject, CheckResult)


def _read(connection: duckdb.DuckDBPyConnection, kind: type[Row], table: str, clauses: str) -> tuple[Row, ...]:
    names = column_types(connection, OPS, table)
    if not names:
        return ()
    # A warehouse of an older version is upgraded by the next sync; until then what it lacks is NULL to a reader.
    columns = ", ".join(each.name if each.name in names else f"NULL AS {each.name}" for each in fields(kind))
    found = connection.execute(f"SELECT {columns} FROM {OPS}.{table} {clauses}").fetchall()
    return tuple(kind(*instants.fetched(row)) for row in found)
