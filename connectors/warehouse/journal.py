"""What a load leaves in the ops ledgers: rejects, pages, cursor and counts; in the load's transaction.

Reading the ledgers is `ledger`'s business.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.landed import LandedBatch, Mode
from connectors.warehouse import instants
from connectors.warehouse.casts import Cell
from connectors.warehouse.names import OPS, constant, constants, quote
from connectors.warehouse.pages import INCOMING

log = logging.getLogger("salespulse.warehouse")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What one load did. `inserted` + `updated` + `unchanged` = `rows_read`.

    `unchanged` includes versions that were older than the stored ones. `deleted` are rows that became
    tombstones, be it by their flag (also counted as inserted or updated) or by their absence from a
    full read. `rejected` counts cells, not rows. `seconds` is the loading alone.
    """

    object_name: str
    table: str
    mode: Mode
    rows_read: int
    inserted: int
    updated: int
    unchanged: int
    deleted: int
    rejected: int
    seconds: float
    bytes: int
    window_end: datetime


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes the entries of one load of one batch."""

    connection: duckdb.DuckDBPyConnection
    batch: LandedBatch
    run_id: str
    loaded_at: datetime

    def record_rejects(self, lossy: Mapping[Cell, int]) -> int:
        """Keep the text of each cell that was not kept whole, once; the number of them in the batch."""
        for cell, count in lossy.items():
            self._record_rejects_of(cell, count)
        return sum(lossy.values())

    def _record_rejects_of(self, cell: Cell, count: int) -> None:
        field = next(c.source_name for c in self.batch.columns if c.name == cell.name)
        message = "%s.%s: %s cells do not fit %s; their text is in ops.rejects"
        log.warning(message, self.batch.object_name, field, f"{count:,}", cell.duckdb_type)
        lost = f"i.{quote(cell.lost_name)}"
        self.connection.execute(
            f"INSERT INTO {OPS}.rejects SELECT $object, i.id, $field, {lost}, $type, $job, $run, $now "
            f"FROM {INCOMING} i WHERE {lost} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {OPS}.rejects r "
            f"WHERE (r.object_name, r.field_name, r.record_id, r.value) = ($object, $field, i.id, {lost}))",
            {
                "object": self.batch.object_name,
                "field": field,
                "type": cell.duckdb_type,
                "job": self.batch.job_id,
                "run": self.run_id,
                "now": instants.stored(self.loaded_at),
            },
        )

    def record_pages(self) -> None:
        """One row per page; a page that is loaded again is not listed twice."""
        if not self.batch.pages:
            return
        batch, loaded_at = self.batch, instants.stored(self.loaded_at)
        rows = ", ".join(
            constants(
                (
                    batch.object_name,
                    batch.job_id,
                    page.number,
                    str(page.path),
                    page.rows,
                    page.bytes,
                    page.sha256,
                    self.run_id,
                    loaded_at,
                )
            )
            for page in batch.pages
        )
        names = "object_name, job_id, page_number, path, rows, bytes, sha256, run_id, loaded_at"
        key = "object_name, job_id, page_number, path, sha256"
        self.connection.execute(
            f"INSERT INTO {OPS}.landing_pages ({names}) SELECT * FROM (VALUES {rows}) AS page({names}) "
            f"WHERE ({key}) NOT IN (SELECT ({key}) FROM {OPS}.landing_pages "
            f"WHERE object_name = {constant(batch.object_name)})"
        )

    def move_cursor(self, instance_url: str, time_zone: str | None, org_id: str, *, living: int) -> None:
        """The one row per object in ops.sync_state; its cursor never goes back. `living` rows are not deleted."""
        old_at, old_url, old_zone, old_org, old_name = self.connection.execute(
            f"DELETE FROM {OPS}.sync_state WHERE object_name = {constant(self.batch.object_name)} "
            "RETURNING cursor_at, instance_url, time_zone, org_id, cursor_name"
        ).fetchone() or (None, "", None, "", None)
        window_end = instants.stored(self.batch.window_end)
        state = {
            "object_name": self.batch.object_name,
            "table_name": self.batch.table,
            # A part of a full read that is behind the cursor does not make up for all that another field told.
            "cursor_name": old_name if old_at is not None and window_end < old_at else self.batch.cursor_name,
            "cursor_at": window_end if old_at is None else max(old_at, window_end),
            "row_count": living,
            "instance_url": instance_url or old_url,
            "time_zone": time_zone or old_zone,
            "run_id": self.run_id,
            "updated_at": instants.stored(self.loaded_at),
            "org_id": org_id or old_org,
        }
        insert(self.connection, "sync_state", state)

    def record_load(self, result: LoadResult, number: int) -> None:
        batch = self.batch
        source_now = batch.source_now
        entry = {
            "run_id": self.run_id,
            "object_name": batch.object_name,
            "table_name": batch.table,
            "mode": batch.mode,
            "job_id": batch.job_id,
            "query": batch.query,
            "cursor_name": batch.cursor_name,
            "window_start": instants.stored_or_null(batch.window_start),
            "window_end": instants.stored(batch.window_end),
            "page_count": len(batch.pages),
            "rows_read": result.rows_read,
            "rows_inserted": result.inserted,
            "rows_updated": result.updated,
            "rows_unchanged": result.unchanged,
            "rows_deleted": result.deleted,
            "rows_rejected": result.rejected,
            "bytes": result.bytes,
            "fetch_seconds": batch.seconds,
            "load_seconds": result.seconds,
            "loaded_at": instants.stored(self.loaded_at),
            "purpose": batch.purpose,
            "rows_per_second": result.rows_read / max(batch.seconds + result.seconds, 1e-3),
            "lag_seconds": None if source_now is None else (source_now - batch.window_end).total_seconds(),
            "load_number": number,
        }
        insert(self.connection, "loads", entry)


def insert(connection: duckdb.DuckDBPyConnection, table: str, values: Mapping[str, object]) -> None:
    """One row into a ledger, by name: an upgraded warehouse may have its columns in another order."""
    insert_all(connection, table, [values])


def insert_all(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Rows into a ledger by one statement; what a row does not name is NULL in it."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    # What all rows have in common is written once: DuckDB looks at every constant, at 500 of them for 14 ms.
    own = [name for name in names if any(row.get(name) != rows[0].get(name) for row in rows)] or names
    common = [name for name in names if name not in own]
    listed = ", ".join(constants(map(row.get, own)) for row in rows)
    selected = ", ".join([*(constant(rows[0].get(name)) for name in common), "*"])
    into = f"{OPS}.{table} ({', '.join([*common, *own])})"
    connection.execute(f"INSERT INTO {into} SELECT {selected} FROM (VALUES {listed})")


def refresh_row_count(connection: duckdb.DuckDBPyConnection, object_name: str, living: int) -> None:
    """Note how many rows live, where deletions were marked and no cursor moved."""
    connection.execute(f"UPDATE {OPS}.sync_state SET row_count = {living} WHERE object_name = {constant(object_name)}")
