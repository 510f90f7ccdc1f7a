"""Marking what the source lists as deleted (getDeleted), in the caller's transaction or its own."""

import csv
import gzip
import hashlib
import logging
import time
from pathlib import Path

import duckdb

from connectors.landed import LandedDeletions
from connectors.warehouse import instants, journal, merge
from connectors.warehouse.connection import transaction
from connectors.warehouse.errors import LandedPageError
from connectors.warehouse.journal import LoadResult
from connectors.warehouse.logbook import Entry
from connectors.warehouse.merge import DELETED, HOLDS
from connectors.warehouse.names import KEY, OPS, changes, constants, listing, literal, quote
from connectors.warehouse.pages import STAMPS
from connectors.warehouse.schemas import stored_types

log = logging.getLogger("salespulse.warehouse")


def mark_deleted(connection: duckdb.DuckDBPyConnection, deletions: LandedDeletions, entry: Entry) -> LoadResult:
    """Turn the listed rows into tombstones. Raises LandedPageError if the list is not as it was landed."""
    started = time.perf_counter()
    digest = _verified(deletions)
    columns = list(stored_types(connection, deletions.table))
    try:
        with transaction(connection):
            counts = merge.Counts(0, 0, 0, 0, 0)
            if columns:
                connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE changed_rows AS {_tombstones(deletions, entry, columns)}"
                )
                counts = merge.apply(connection, deletions.table, columns)
                journal.refresh_row_count(connection, deletions.object_name, counts.living)
            seconds = time.perf_counter() - started
            _record(connection, deletions, entry, digest, counts.deleted, seconds)
    finally:
        merge.drop_temporaries(connection)
    if counts.deleted:
        log.info("%s: %s rows were deleted at the source", deletions.object_name, f"{counts.deleted:,}")
    return LoadResult(
        object_name=deletions.object_name,
        table=deletions.table,
        mode="incremental",
        rows_read=len(deletions.rows),
        inserted=0,
        updated=counts.updated,
        unchanged=len(deletions.rows) - counts.deleted,
        deleted=counts.deleted,
        rejected=0,
        seconds=seconds,
        bytes=deletions.file.stat().st_size,
        window_end=deletions.window_end,
    )


def _verified(deletions: LandedDeletions) -> str:
    try:
        content = deletions.file.read_bytes()
        rows = sum(1 for _ in csv.reader(gzip.decompress(content).decode().splitlines())) - 1
    except (OSError, EOFError, ValueError) as error:
        raise LandedPageError(deletions.file, f"it cannot be read ({error})") from error
    if rows != len(deletions.rows):
        raise LandedPageError(deletions.file, f"it lists {rows:,} deletions, but {len(deletions.rows):,} were landed")
    return hashlib.sha256(content).hexdigest()


def _listed(file: Path) -> str:
    """The list, an Id once with its last deletion."""
    columns = (
        "columns={'id': 'VARCHAR', 'deleted_date': 'TIMESTAMPTZ'}, header=true, auto_detect=false, compression='gzip'"
    )
    instant = "make_timestamp(epoch_us(max(deleted_date)))"
    return f"(SELECT id, {instant} AS deleted_at FROM read_csv({literal(str(file))}, {columns}) GROUP BY id)"


def _tombstones(deletions: LandedDeletions, entry: Entry, columns: list[str]) -> str:
    values = ", ".join("true" if name == DELETED else f"t.{quote(name)}" for name in columns)
    stamp = next((name for name in STAMPS if name in columns), None)
    # What changed after its deletion is back; the list may cut the instant to the minute.
    is_gone = f"(t.{stamp} > d.deleted_at + INTERVAL 1 MINUTE) IS NOT TRUE" if stamp else "true"
    loader = merge.loader_values(entry.loaded_at, entry.run_id, deletions.file.parent.name)
    names = listing(columns)
    return (
        f"SELECT * FROM (SELECT {values}, {loader}, d.deleted_at AS _deleted_at, "
        f"{literal(deletions.kind)} AS _deletion_kind, CAST(NULL AS TIMESTAMP) AS was_deleted_at, t.rowid AS place, "
        f"false AS is_missing FROM {_listed(deletions.file)} d JOIN {changes(deletions.table)} t ON t.{KEY} = d.id "
        f"WHERE {HOLDS} AND t._deleted_at IS NULL AND {is_gone}) AS tombstone({names}, _loaded_at, _load_id, "
        "_job_id, _deleted_at, _deletion_kind, was_deleted_at, place, is_missing)"
    )


def _record(
    connection: duckdb.DuckDBPyConnection,
    deletions: LandedDeletions,
    entry: Entry,
    digest: str,
    deleted: int,
    seconds: float,
) -> None:
    count, size, job_id = len(deletions.rows), deletions.file.stat().st_size, deletions.file.parent.name
    shared = {
        "object_name": deletions.object_name,
        "job_id": job_id,
        "bytes": size,
        "run_id": entry.run_id,
        "loaded_at": instants.stored(entry.loaded_at),
    }
    page = {"page_number": 1, "path": str(deletions.file), "rows": count, "sha256": digest}
    # A list that a killed run has left is marked again by the next one, and listed once.
    key = constants((deletions.object_name, job_id, digest))
    is_listed = connection.execute(
        f"SELECT 1 FROM {OPS}.landing_pages WHERE (object_name, job_id, sha256) = {key}"
    ).fetchone()
    if is_listed is None:
        journal.insert(connection, "landing_pages", shared | page)
    load = {
        "table_name": deletions.table,
        "mode": "incremental",
        "purpose": "deletions",
        "window_start": instants.stored(deletions.window_start),
        "window_end": instants.stored(deletions.window_end),
        "page_count": 1,
        "rows_read": count,
        "rows_inserted": 0,
        "rows_updated": deleted,
        "rows_unchanged": count - deleted,
        "rows_deleted": deleted,
        "rows_rejected": 0,
        "query": "getDeleted",
        "fetch_seconds": 0.0,
        "load_seconds": seconds,
        "load_number": entry.number,
    }
    journal.insert(connection, "loads", shared | load)
