"""Loading what has landed, and making up for loads that a crash or a lost warehouse took away.

Each load is written into the logbook of the landing zone before it commits. So the landing zone knows
of every load that the warehouse knows of, and what it knows more can be done again (`recover`).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from connectors import landing_zone
from connectors.landed import Column, LandedBatch, LandedDeletions
from connectors.landing_zone import LandingZoneError
from connectors.warehouse import base, ledger
from connectors.warehouse.deletions import mark_deleted
from connectors.warehouse.errors import RepeatedRowsError, WarehouseError
from connectors.warehouse.journal import LoadResult
from connectors.warehouse.loading import load_entry
from connectors.warehouse.logbook import Entry, Logbook, Options, last_load, next_entry
from connectors.warehouse.ops import create_schemas
from connectors.warehouse.upgrade import upgrade

__all__ = ["LoadResult", "load", "load_deletions", "recover", "repeat"]

log = logging.getLogger("salespulse.warehouse")


def load(
    connection: duckdb.DuckDBPyConnection,
    batch: LandedBatch,
    *,
    expected: Sequence[Column] = (),
    run_id: str,
    instance_url: str = "",
    time_zone: str | None = None,
    org_id: str = "",
    now: datetime | None = None,
    allow_empty: bool = False,
) -> LoadResult:
    """Load one batch, all or nothing; loading it again changes no row.

    Cells that are not of their column's type become NULL, numbers with more digits than the column are
    rounded; both are kept as text in ops.rejects. What a batch does beyond merging its rows depends on its
    purpose (see LandedBatch). A `full` batch and a list of Ids turn rows that they lack into tombstones,
    unless they have none at all (SuspiciousEmptyError, or `allow_empty`).
    Raises LandedPageError, LoadIncompleteError, SchemaChangedError and SuspiciousEmptyError; and
    RepeatedRowsError, after which the batch is given up: it would never load.
    """
    options = Options(tuple(expected), instance_url, time_zone, org_id, allow_empty)
    _prepare(connection, batch.folder)
    with _remembered(connection, next_entry(connection, "batch", batch.folder, run_id, now, options)) as entry:
        try:
            return load_entry(connection, batch, entry)
        except RepeatedRowsError:
            if batch.folder is not None:
                landing_zone.give_up(batch.folder)
            raise


def load_deletions(
    connection: duckdb.DuckDBPyConnection, deletions: LandedDeletions, *, run_id: str, now: datetime | None = None
) -> LoadResult:
    """Mark what the source says was deleted; marking it again changes nothing. Raises LandedPageError."""
    folder = deletions.file.parent
    _prepare(connection, folder)
    with _remembered(connection, next_entry(connection, "deletions", folder, run_id, now, Options())) as entry:
        return mark_deleted(connection, deletions, entry)


def recover(connection: duckdb.DuckDBPyConnection, landing: Path) -> int:
    """Do the loads again that the landing zone knows of and the warehouse does not; how many those were.

    A run that was killed leaves one at most, a warehouse that was lost or restored from a backup many. A
    load that cannot be repeated ends the recovery of its table: its cursor stays, and the next sync fetches
    from there. Raises LandingGapError where loads in between were removed.
    """
    create_schemas(connection)
    return _recover(connection, landing)


def _recover(connection: duckdb.DuckDBPyConnection, landing: Path) -> int:
    known = last_load(connection)
    logbook, start = Logbook(landing), base.newest(landing)
    if start is not None and not known and not ledger.sync_states(connection):
        base.restore(connection, start)
        known = start.number
    if logbook.last_number() <= known:
        return 0
    logbook.refuse_gap(known, has_base=start is not None)
    pending, given_up, done = logbook.entries(after=known), set[Path](), 0
    if pending:
        log.info("%s loads of the landing zone are not in the warehouse: loading them", f"{len(pending):,}")
    for entry in pending:
        assert entry.folder is not None  # only such are written down
        if entry.folder.parent in given_up:
            continue
        try:
            repeat(connection, entry)
            done += 1
        except (WarehouseError, LandingZoneError) as error:
            given_up.add(entry.folder.parent)
            log.error("Load %s cannot be repeated, its table is fetched from its cursor on: %s", entry.number, error)
            if isinstance(error, RepeatedRowsError):
                landing_zone.give_up(entry.folder)
                logbook.withdraw(entry)
    return done


def repeat(connection: duckdb.DuckDBPyConnection, entry: Entry) -> LoadResult:
    """Load again what an entry of the logbook names. Raises LandingZoneError and what loading raises."""
    assert entry.folder is not None  # only such are written down
    if entry.kind == "deletions":
        return mark_deleted(connection, landing_zone.read_deletions(entry.folder), entry)
    return load_entry(connection, landing_zone.read_batch(entry.folder), entry)


def _prepare(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """The ledgers are there, and nothing is loaded out of its turn."""
    create_schemas(connection)
    upgrade(connection)
    if folder is not None:
        _recover(connection, Logbook.of(folder).landing)


@contextmanager
def _remembered(connection: duckdb.DuckDBPyConnection, entry: Entry) -> Iterator[Entry]:
    """Write the entry down before the load commits, and take it back if it does not.

    What ends the run after it has committed (a signal, say) takes nothing back.
    """
    if entry.folder is None:
        yield entry
        return
    logbook = Logbook.of(entry.folder)
    logbook.append(entry)
    try:
        yield entry
    except BaseException:
        if last_load(connection) < entry.number:
            logbook.withdraw(entry)
        raise
