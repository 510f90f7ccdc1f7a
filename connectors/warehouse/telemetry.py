"""What syncs cost and what is left: requests of the API, noted and read back with rows, bytes and seconds.

The loads themselves are written by `journal`, cursors read by `ledger`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.landed import ApiAllowance, ApiCalls
from connectors.warehouse import instants
from connectors.warehouse.connection import transaction
from connectors.warehouse.journal import insert
from connectors.warehouse.names import OPS, constant, constants
from connectors.warehouse.ops import create_schemas


@dataclass(frozen=True, slots=True)
class SyncCost:
    """The last sync of an object, everything it loaded taken together; None is what was not noted.

    `seconds` are those of fetching and loading, `lag_seconds` how far its cursor was behind the source's clock,
    `newest_change_at` the latest stamp that the source had then beyond the cursor.
    """

    object_name: str
    run_id: str
    rows: int
    bytes: int
    seconds: float
    lag_seconds: float | None
    calls: int | None
    newest_change_at: datetime | None

    @property
    def rows_per_second(self) -> float:
        return self.rows / max(self.seconds, 1e-3)


@dataclass(frozen=True, slots=True)
class Quota:
    """What the last sync made of requests, and what the org had used and allowed when it ended."""

    run_id: str
    calls: int
    used: int | None
    limit: int | None
    noted_at: datetime

    @property
    def left(self) -> int | None:
        return None if self.used is None or self.limit is None else max(self.limit - self.used, 0)


def record_api_calls(
    connection: duckdb.DuckDBPyConnection,
    calls: Iterable[ApiCalls],
    allowance: ApiAllowance | None = None,
    now: datetime | None = None,
) -> None:
    """Note how many requests a run sent; what is noted again is added up by whoever reads it."""
    noted_at = instants.stored(now or instants.now())
    rows = [[call.run_id, call.object_name, call.kind, call.count, noted_at] for call in calls]
    with transaction(connection):
        create_schemas(connection)
        for row in rows:
            connection.execute(f"INSERT INTO {OPS}.api_calls VALUES {constants(row)}")
        if allowance is not None:
            told = {"run_id": allowance.run_id, "used_count": allowance.used, "limit_count": allowance.limit}
            insert(connection, "api_allowance", {**told, "noted_at": noted_at})


def sync_costs(connection: duckdb.DuckDBPyConnection) -> dict[str, SyncCost]:
    """The last sync of each object, by its name; empty for a warehouse that has none, or keeps no such ledgers."""
    if not _has(connection, "loads", "sync_state"):
        return {}
    calls = "CAST(NULL AS BIGINT)"
    if _has(connection, "api_calls"):
        same = "(c.run_id, c.object_name) = (s.run_id, s.object_name)"
        calls = f"(SELECT CAST(sum(call_count) AS BIGINT) FROM {OPS}.api_calls c WHERE {same})"
    newest = "CAST(NULL AS TIMESTAMP)"
    if _has(connection, "source_state"):
        same = "(n.run_id, n.object_name) = (s.run_id, s.object_name)"
        newest = f"(SELECT max(newest_change_at) FROM {OPS}.source_state n WHERE {same})"
    found = connection.execute(
        "SELECT s.object_name, s.run_id, CAST(sum(l.rows_read) AS BIGINT), CAST(sum(l.bytes) AS BIGINT), "
        "sum(l.fetch_seconds + l.load_seconds), arg_max(l.lag_seconds, l.window_end) FILTER (l.purpose = 'rows'), "
        f"{calls}, {newest} "
        f"FROM {OPS}.sync_state s JOIN {OPS}.loads l ON (l.run_id, l.object_name) = (s.run_id, s.object_name) "
        "GROUP BY s.object_name, s.run_id"
    ).fetchall()
    return {row[0]: SyncCost(*instants.fetched(row)) for row in found}


def quota(connection: duckdb.DuckDBPyConnection) -> Quota | None:
    """Of the last run that asked the org for anything; None if none was noted."""
    if not _has(connection, "api_calls", "api_allowance"):
        return None
    last = connection.execute(
        f"SELECT run_id, CAST(sum(call_count) AS BIGINT), max(noted_at) FROM {OPS}.api_calls GROUP BY run_id "
        "ORDER BY 3 DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return None
    run_id, calls, noted_at = instants.fetched(last)
    allowed = connection.execute(
        f"SELECT used_count, limit_count FROM {OPS}.api_allowance WHERE run_id = {constant(run_id)} "
        "ORDER BY noted_at DESC LIMIT 1"
    ).fetchone()
    used, limit = allowed or (None, None)
    return Quota(run_id, calls, used, limit, noted_at)


def _has(connection: duckdb.DuckDBPyConnection, *tables: str) -> bool:
    names = constants(tables)
    row = connection.execute(
        f"SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = "
        f"{constant(OPS)} AND table_name IN {names}"
    ).fetchone()
    return bool(row and row[0] == len(tables))
