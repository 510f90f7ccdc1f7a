"""Loading a landed batch into its raw table: rows, change log, ledgers and cursor in one transaction.

How cells are read is `pages` and `casts`, how rows are merged `merge`, how tables grow `schemas`, what
is noted `journal`.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

import duckdb

from connectors.landed import Column, LandedBatch
from connectors.warehouse import instants, merge, pages, schemas
from connectors.warehouse.connection import transaction
from connectors.warehouse.journal import Journal, LoadResult
from connectors.warehouse.names import OPS

__all__ = ["LoadResult", "load"]

log = logging.getLogger("salespulse.warehouse")


def load(
    connection: duckdb.DuckDBPyConnection,
    batch: LandedBatch,
    *,
    expected: Sequence[Column] = (),
    run_id: str,
    instance_url: str = "",
    time_zone: str | None = None,
    now: datetime | None = None,
    is_partial: bool = False,
    allow_empty: bool = False,
) -> LoadResult:
    """Load one batch, all or nothing; loading it again changes no row.

    Cells that are not of their column's type become NULL, numbers with more digits than the column are
    rounded; both are kept as text in ops.rejects. A `full` batch turns rows that it lacks into tombstones,
    unless it has none at all (SuspiciousEmptyError, or `allow_empty`). `is_partial`: the batch has some
    columns of known rows only (a backfill), so other columns, other rows and the cursor stay.
    Raises LandedPageError, LoadIncompleteError, SchemaChangedError, SuspiciousEmptyError.
    """
    started = time.perf_counter()
    journal = Journal(connection, batch, run_id, now or instants.now())
    shape = schemas.Shape(
        batch.object_name, batch.table, batch.columns, expected, run_id, journal.loaded_at, is_partial
    )
    schemas.refuse_clashes(batch.table, batch.columns)
    try:
        # A cast that fails ends a transaction, so the pages are read before it starts.
        lossy = pages.read(connection, batch, schemas.final_types(connection, batch.table, batch.columns))
        with transaction(connection):
            counts = _merge(connection, batch, shape, allow_empty=allow_empty)
            rejected = journal.record_rejects(lossy)
            journal.record_pages()
            if not is_partial:
                journal.move_cursor(instance_url, time_zone)
            result = _result(batch, counts, rejected, time.perf_counter() - started)
            journal.record_load(result)
    finally:
        merge.drop_temporaries(connection)
    _report(result, counts)
    return result


def _merge(
    connection: duckdb.DuckDBPyConnection, batch: LandedBatch, shape: schemas.Shape, *, allow_empty: bool
) -> merge.Counts:
    schemas.create_schemas(connection)
    columns = schemas.shape_table(connection, shape)
    if not (shape.is_partial or allow_empty):
        merge.refuse_emptiness(connection, batch)
    # A batch that is older than what was loaded since knows nothing of today's deletions.
    judges = batch.mode == "full" and not shape.is_partial and _is_latest(connection, batch)
    plan = merge.Merge(batch, columns, shape.run_id, shape.seen_at, shape.is_partial, judges)
    return merge.merge(connection, plan)


def _is_latest(connection: duckdb.DuckDBPyConnection, batch: LandedBatch) -> bool:
    row = connection.execute(
        f"SELECT max(cursor_at) FROM {OPS}.sync_state WHERE object_name = ?", [batch.object_name]
    ).fetchone()
    return row is None or row[0] is None or bool(row[0] <= instants.stored(batch.window_end))


def _result(batch: LandedBatch, counts: merge.Counts, rejected: int, seconds: float) -> LoadResult:
    return LoadResult(
        object_name=batch.object_name,
        table=batch.table,
        mode=batch.mode,
        rows_read=batch.rows,
        inserted=counts.inserted,
        updated=counts.updated,
        unchanged=batch.rows - counts.inserted - counts.updated,
        deleted=counts.deleted,
        rejected=rejected,
        seconds=seconds,
        bytes=batch.bytes,
        window_end=batch.window_end,
    )


def _report(result: LoadResult, counts: merge.Counts) -> None:
    figures = (result.rows_read, result.inserted, result.updated, result.deleted, result.unchanged)
    message = "%s: %s rows loaded: %s new, %s changed, %s deleted, %s unchanged"
    log.info(message, result.object_name, *(f"{figure:,}" for figure in figures))
    if counts.hard_deleted > max(result.rows_read, 10):
        message = "%s: %s rows are gone from the source, more than are left. Check the user's permissions"
        log.warning(message, result.object_name, f"{counts.hard_deleted:,}")
