"""One load of one batch: its rows, versions, ledgers and cursor in one transaction.

How cells are read is `pages` and `casts`, how rows are merged `merge`, how tables grow `schemas`, what
is noted `journal`. What calls this, and in which order, is `landing`'s business.
"""

import logging
import time
from collections.abc import Mapping
from contextlib import nullcontext

import duckdb

from connectors.landed import LandedBatch
from connectors.warehouse import instants, journal, merge, pages, schemas
from connectors.warehouse.casts import Cell, is_loss
from connectors.warehouse.connection import (
    lightly_compressed,
    little_memory,
    put_together,
    transaction,
    use_all_threads,
    use_one_thread,
)
from connectors.warehouse.evolution import StoredColumn
from connectors.warehouse.journal import Journal, LoadResult
from connectors.warehouse.logbook import Entry
from connectors.warehouse.names import OPS, changes, constant
from connectors.warehouse.reconciliation import compare_ids

log = logging.getLogger("salespulse.warehouse")
# A second thread costs more than it saves for fewer rows: 100,000 take 1.1 CPU s with one and 1.8 with two.
FEW_ROWS = 150_000
# Ten thousand rows are committed for 100 ms instead of 140 so, and take a megabyte more.
FEW_TEXTS = 20_000
# Each load leaves a row group in its table and in some ledgers. To put them together is to write the last row group of
# wide rows anew, half of what a small load costs: a build does it, and one in so many loads for who seldom builds.
LOADS_APART = 64
# A first load streams from its pages into the table; DuckDB would fill whatever it may have before it writes.
FIRST_LOAD_MB = 250


class _NotStrictError(Exception):
    """The first load met a cell that it has to take care of: it is done again, with care."""


def load_entry(connection: duckdb.DuckDBPyConnection, batch: LandedBatch, entry: Entry) -> LoadResult:
    """Load a batch as an entry of the logbook says, so that a rebuilding gives the same rows.

    Raises LandedPageError, LoadIncompleteError, RepeatedRowsError, SchemaChangedError, SuspiciousEmptyError.
    """
    started = time.perf_counter()
    schemas.refuse_clashes(batch.table, batch.columns)
    (use_one_thread if batch.rows < FEW_ROWS else use_all_threads)(connection)
    put_together(connection, entry.number % LOADS_APART == 0)
    stored = schemas.stored_columns(connection, batch.table)
    with lightly_compressed(connection) if batch.rows < FEW_TEXTS else nullcontext():
        try:
            if not _is_first(connection, batch, is_there=bool(stored)):
                return _load(connection, batch, entry, stored, started, is_first=False)
            try:
                with little_memory(connection, FIRST_LOAD_MB):
                    return _load(connection, batch, entry, stored, started, is_first=True)
            except duckdb.OutOfMemoryException as error:
                log.info("%s: loaded again with all the memory allowed: %s", batch.object_name, error)
                return _load(connection, batch, entry, stored, started, is_first=True)
        except _NotStrictError as error:
            log.debug("%s: read again: %s", batch.object_name, error)
            return _load(connection, batch, entry, stored, started, is_first=False)
        finally:
            merge.drop_temporaries(connection)


def _is_first(connection: duckdb.DuckDBPyConnection, batch: LandedBatch, *, is_there: bool) -> bool:
    if batch.purpose != "rows" or not is_there:
        return batch.purpose == "rows"
    return connection.execute(f"SELECT 1 FROM {changes(batch.table)} LIMIT 1").fetchone() is None


def _load(
    connection: duckdb.DuckDBPyConnection,
    batch: LandedBatch,
    entry: Entry,
    stored: Mapping[str, StoredColumn],
    started: float,
    *,
    is_first: bool,
) -> LoadResult:
    options, run_id, loaded_at = entry.options, entry.run_id, entry.loaded_at
    noted = Journal(connection, batch, run_id, loaded_at)
    is_partial = batch.purpose != "rows"
    shape = schemas.Shape(
        batch.object_name, batch.table, batch.columns, options.expected, run_id, loaded_at, is_partial
    )
    types = schemas.final_types(connection, batch.table, batch.columns, schemas.types_of(stored))
    lossy: Mapping[Cell, int] = {}
    if not is_first:
        # A cast that fails ends a transaction, so the pages are read before it starts.
        lossy = pages.read(connection, batch, types)
    with transaction(connection):
        columns = schemas.shape_table(connection, shape, stored)
        if is_first:
            counts = _insert_first(connection, merge.Merge(batch, columns, run_id, loaded_at, False), types)
        else:
            counts = _merge(connection, batch, entry, columns)
        rejected = noted.record_rejects(lossy)
        noted.record_pages()
        if batch.purpose == "rows":
            noted.move_cursor(options.instance_url, options.time_zone, options.org_id, living=counts.living)
        else:
            journal.refresh_row_count(connection, batch.object_name, counts.living)
        if batch.purpose == "ids":
            compare_ids(connection, batch, run_id, loaded_at)
        result = _result(batch, counts, rejected, time.perf_counter() - started)
        noted.record_load(result, entry.number)
    _report(result, counts)
    return result


def _insert_first(connection: duckdb.DuckDBPyConnection, plan: merge.Merge, types: dict[str, str]) -> merge.Counts:
    """Straight from the pages into the table, which only goes well where every cell fits its type."""
    with pages.opened(plan.batch) as source:
        try:
            merge.insert(connection, plan, pages.strict_rows(source, types))
        except duckdb.InvalidInputException as error:
            if is_loss(str(error)):
                raise _NotStrictError(str(error)) from error
            raise source.malformed(str(error)) from error
    pages.refuse_other_rows(connection, plan.batch, changes(plan.batch.table))
    return merge.counts_of_first(connection, plan.batch.table)


def _merge(
    connection: duckdb.DuckDBPyConnection, batch: LandedBatch, entry: Entry, columns: dict[str, str]
) -> merge.Counts:
    if batch.purpose != "refresh" and not entry.options.allow_empty:
        merge.refuse_emptiness(connection, batch)
    # A batch that is older than what was loaded since knows nothing of today's deletions.
    is_complete = batch.purpose == "ids" or (batch.purpose == "rows" and batch.mode == "full")
    judges = is_complete and (batch.purpose == "ids" or _is_latest(connection, batch))
    return merge.merge(connection, merge.Merge(batch, columns, entry.run_id, entry.loaded_at, judges))


def _is_latest(connection: duckdb.DuckDBPyConnection, batch: LandedBatch) -> bool:
    row = connection.execute(
        f"SELECT max(cursor_at) FROM {OPS}.sync_state WHERE object_name = {constant(batch.object_name)}"
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
