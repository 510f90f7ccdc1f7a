"""Bringing incoming rows into a raw table and its change log: newer wins, deletions stay visible.

Works inside the caller's transaction on the temporary tables `incoming_rows` (see `pages`) and
`changed_rows`. Delete and insert by Id, which on large tables is much cheaper than MERGE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.landed import LandedBatch
from connectors.warehouse import instants
from connectors.warehouse.errors import SuspiciousEmptyError
from connectors.warehouse.names import LOADER_COLUMNS, changes, listing, literal, quote, raw
from connectors.warehouse.pages import INCOMING, KEY, STAMPS

CHANGED = "temp.main.changed_rows"
DELETED = "is_deleted"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows that a merge touched. `deleted` are all rows that became tombstones, `hard_deleted` those of
    them that a full read did not bring any more."""

    inserted: int
    updated: int
    deleted: int
    hard_deleted: int


@dataclass(frozen=True, slots=True)
class Merge:
    """What one merge needs to know; `columns` are all source columns of the table with their types."""

    batch: LandedBatch
    columns: Mapping[str, str]
    run_id: str
    seen_at: datetime
    is_partial: bool
    judges_deletions: bool

    @property
    def target(self) -> str:
        return raw(self.batch.table)

    @property
    def delivered(self) -> list[str]:
        return [column.name for column in self.batch.columns]

    @property
    def kept(self) -> list[str]:
        """Columns that this batch lacks: their stored values stay."""
        return [name for name in self.columns if name not in set(self.delivered)]

    @property
    def stamp(self) -> str | None:
        return next((name for name in STAMPS if name in self.delivered), None)

    @property
    def loader_values(self) -> str:
        job_id, run_id = literal(self.batch.job_id), literal(self.run_id)
        return f"{instants.constant(self.seen_at)} AS _loaded_at, {run_id} AS _load_id, {job_id} AS _job_id"


def merge(connection: duckdb.DuckDBPyConnection, plan: Merge) -> Counts:
    """Apply the incoming rows to the table, and append what changed to its change log."""
    is_empty = connection.execute(f"SELECT 1 FROM {plan.target} LIMIT 1").fetchone() is None
    if is_empty:
        # A view: the rows of a first load, which may be millions, need no second copy.
        connection.execute(f"CREATE OR REPLACE TEMP VIEW changed_rows AS {_first_rows(plan)}")
    else:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE changed_rows AS {_changed_rows(plan)}")
    if plan.judges_deletions and not is_empty:
        connection.execute(f"INSERT INTO {CHANGED} {_missing_rows(plan)}")
    counts = _counts(connection)
    columns = listing([*plan.columns, *LOADER_COLUMNS])
    if counts.updated or counts.hard_deleted:
        old = f"SELECT {KEY} FROM {CHANGED} WHERE NOT is_new"
        connection.execute(f"DELETE FROM {plan.target} WHERE {KEY} IN ({old})")
    connection.execute(f"INSERT INTO {plan.target} ({columns}) SELECT {columns} FROM {CHANGED}")
    connection.execute(
        f"INSERT INTO {changes(plan.batch.table)} ({columns}, _seen_at) SELECT {columns}, _loaded_at FROM {CHANGED}"
    )
    return counts


def refuse_emptiness(connection: duckdb.DuckDBPyConnection, batch: LandedBatch) -> None:
    """A full read of nothing against a table with live rows is no deletion: SuspiciousEmptyError."""
    if batch.mode == "full" and batch.rows == 0:
        living = f"SELECT count(*) FROM {raw(batch.table)} WHERE _deleted_at IS NULL"
        row = connection.execute(living).fetchone()
        if row and row[0]:
            raise SuspiciousEmptyError(batch.object_name, row[0])


def drop_temporaries(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave nothing behind, whether the load went well or not."""
    views = "SELECT 1 FROM duckdb_views() WHERE database_name = 'temp' AND view_name = 'changed_rows'"
    kind = "TABLE" if connection.execute(views).fetchone() is None else "VIEW"
    connection.execute(f"DROP {kind} IF EXISTS {CHANGED}; DROP TABLE IF EXISTS {INCOMING}")


def _first_rows(plan: Merge) -> str:
    """Everything is new where nothing is stored: no join, no comparison."""
    values = [f"i.{quote(name)}" for name in plan.delivered]
    values += [f"CAST(NULL AS {plan.columns[name]}) AS {quote(name)}" for name in plan.kept]
    nothing = "CAST(NULL AS TIMESTAMP)"
    condition = "false" if plan.is_partial else "true"
    return (
        f"SELECT {', '.join(values)}, {plan.loader_values}, {_tombstone(plan, nothing)}, "
        f"{nothing} AS was_deleted_at, true AS is_new, false AS is_hard FROM {INCOMING} i WHERE {condition}"
    )


def _changed_rows(plan: Merge) -> str:
    """New and really changed rows as they will be stored."""
    values = [f"i.{quote(name)}" for name in plan.delivered]
    values += [f"t.{quote(name)}" for name in plan.kept]
    join = "JOIN" if plan.is_partial else "LEFT JOIN"
    return (
        f"SELECT {', '.join(values)}, {plan.loader_values}, {_tombstone(plan, 't._deleted_at')}, "
        f"t._deleted_at AS was_deleted_at, t.{KEY} IS NULL AS is_new, false AS is_hard "
        f"FROM {INCOMING} i {join} {plan.target} t ON i.{KEY} = t.{KEY} "
        f"WHERE t.{KEY} IS NULL OR {_is_newer(plan)} AND ({_differs(plan)})"
    )


def _is_newer(plan: Merge) -> str:
    return f"(i.{plan.stamp} < t.{plan.stamp}) IS NOT TRUE" if plan.stamp else "true"


def _differs(plan: Merge) -> str:
    names = [quote(name) for name in plan.delivered if name != KEY]
    pairs = [f"i.{name} IS DISTINCT FROM t.{name}" for name in names]
    if not plan.is_partial and DELETED not in plan.columns:
        # Without the flag only its tombstone tells that a row which was once missing is back.
        pairs.append("t._deleted_at IS NOT NULL")
    return " OR ".join(pairs) or "false"


def _tombstone(plan: Merge, was_deleted_at: str) -> str:
    """When and how a row was deleted. Salesforce stamps a deletion, so the stamp is the instant of it."""
    if DELETED in plan.delivered:
        stamp = f"i.{plan.stamp}" if plan.stamp else "NULL"
        instant = f"coalesce({was_deleted_at}, {stamp}, {instants.constant(plan.batch.window_end)})"
        deleted_at, kind = (
            f"CASE WHEN i.{DELETED} THEN {instant} END",
            f"CASE WHEN i.{DELETED} THEN 'soft' END",
        )
    elif plan.is_partial and was_deleted_at.startswith("t."):
        deleted_at, kind = was_deleted_at, "t._deletion_kind"
    else:
        deleted_at, kind = "CAST(NULL AS TIMESTAMP)", "CAST(NULL AS VARCHAR)"
    return f"{deleted_at} AS _deleted_at, {kind} AS _deletion_kind"


def _missing_rows(plan: Merge) -> str:
    """Live rows that a full read did not bring, as tombstones; only those that it can vouch for."""
    values = ", ".join("true" if name == DELETED else f"t.{quote(name)}" for name in plan.delivered + plan.kept)
    window_end = instants.constant(plan.batch.window_end)
    stamp = next((name for name in (*STAMPS, "created_date") if name in plan.columns), None)
    is_vouched_for = f"(t.{stamp} > {window_end}) IS NOT TRUE" if stamp else "true"
    return (
        f"SELECT {values}, {plan.loader_values}, {window_end}, 'hard', NULL, false, true "
        f"FROM {plan.target} t WHERE t._deleted_at IS NULL AND {is_vouched_for} "
        # Through the row ids, so that the wide rows are read only of those few that are missing.
        f"AND t.rowid IN (SELECT a.rowid FROM {plan.target} a ANTI JOIN {INCOMING} i ON i.{KEY} = a.{KEY})"
    )


def _counts(connection: duckdb.DuckDBPyConnection) -> Counts:
    row = connection.execute(
        "SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new AND NOT is_hard), "
        "count(*) FILTER (_deleted_at IS NOT NULL AND was_deleted_at IS NULL), count(*) FILTER (is_hard) "
        f"FROM {CHANGED}"
    ).fetchone()
    return Counts(*(row or (0, 0, 0, 0)))
