"""Bringing incoming rows into the versions of an object: newer wins, deletions stay visible.

Works inside the caller's transaction on temporary tables: `incoming_rows` (see `pages`), `matched_rows`
(which stored version each of them meets, and whether it differs) and `changed_rows` (the new versions).
A version that is superseded is marked, nothing is copied or removed. The wide columns of stored rows
are read only where they have to be compared or kept, which is most of the cost of a small load.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.landed import HISTORY_CURSOR, HISTORY_KEPT, LandedBatch
from connectors.warehouse import instants
from connectors.warehouse.errors import SuspiciousEmptyError
from connectors.warehouse.names import KEY, LOADER_COLUMNS, changes, constant, listing, literal, quote, raw
from connectors.warehouse.pages import INCOMING, STAMPS

CHANGED = "temp.main.changed_rows"
MATCHED = "temp.main.matched_rows"
DELETED = "is_deleted"
MASTER = "master_record_id"
HOLDS = "t._superseded_at IS NULL"
# What has aged out does so some days after it might, and not in the order of its making.
SERVED_LATE = "INTERVAL 31 DAY"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows that a merge touched. `deleted` are all rows that became tombstones, `hard_deleted` those of
    them that a full read or a list of Ids did not bring any more. `living` are all rows that are not deleted now."""

    inserted: int
    updated: int
    deleted: int
    hard_deleted: int
    living: int


@dataclass(frozen=True, slots=True)
class Merge:
    """What one merge needs to know; `columns` are all source columns of the table with their types."""

    batch: LandedBatch
    columns: Mapping[str, str]
    run_id: str
    seen_at: datetime
    judges_deletions: bool

    @property
    def versions(self) -> str:
        return changes(self.batch.table)

    @property
    def adds_rows(self) -> bool:
        return self.batch.purpose == "rows"

    @property
    def is_increment(self) -> bool:
        return self.adds_rows and self.batch.mode == "incremental" and self.stamp is not None

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
    def stored_stamp(self) -> str | None:
        return next((name for name in STAMPS if name in self.columns), None)

    @property
    def loader_values(self) -> str:
        return loader_values(self.seen_at, self.run_id, self.batch.job_id)


def loader_values(seen_at: datetime, run_id: str, job_id: str) -> str:
    return f"{instants.constant(seen_at)} AS _loaded_at, {literal(run_id)} AS _load_id, {literal(job_id)} AS _job_id"


def merge(connection: duckdb.DuckDBPyConnection, plan: Merge) -> Counts:
    """Apply the incoming rows to the versions of the table."""
    matched = _matched_increment(connection, plan) if plan.is_increment else _matched_rows(plan)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE matched_rows AS {matched}")
    asked = f"SELECT count(*) FILTER (is_equal_stamp), count(was_deleted_at) FROM {MATCHED}"
    same, deleted = connection.execute(asked).fetchone() or (0, 0)
    if same:
        connection.execute(_drop_unchanged(plan))
    if plan.is_increment and not plan.kept and not deleted:
        return _apply_as_they_came(connection, plan)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE changed_rows AS {_changed_rows(plan)}")
    if plan.judges_deletions:
        connection.execute(f"INSERT INTO {CHANGED} {_missing_rows(plan)}")
    return apply(connection, plan.batch.table, list(plan.columns))


def apply(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> Counts:
    """Make the changed rows the versions that hold."""
    counts = _counts(connection, table)
    versions, listed = changes(table), listing([*columns, *LOADER_COLUMNS])
    if counts.updated or counts.hard_deleted:
        connection.execute(
            # By a join, which goes through a million rows in half of the time that `rowid IN` takes.
            f"UPDATE {versions} AS t SET _superseded_at = c._loaded_at FROM {CHANGED} c WHERE t.rowid = c.place"
        )
    connection.execute(f"INSERT INTO {versions} ({listed}, _seen_at) SELECT {listed}, _loaded_at FROM {CHANGED}")
    return counts


def _apply_as_they_came(connection: duckdb.DuckDBPyConnection, plan: Merge) -> Counts:
    """Make the incoming rows that are matched the versions that hold, of which nothing stored is to be kept.

    `changed_rows` would hold them once more, which is as dear as inserting them.
    """
    living = living_rows(connection, plan.batch.table)
    stored, updated = connection.execute(f"SELECT count(*), count(place) FROM {MATCHED}").fetchone() or (0, 0)
    rows = f"SELECT * FROM {INCOMING}"
    if stored != plan.batch.rows:
        rows = f"{rows} WHERE {KEY} IN (SELECT key FROM {MATCHED})"
    deleted = 0
    if DELETED in plan.delivered:
        row = connection.execute(f"SELECT count(*) FROM ({rows}) WHERE {DELETED}").fetchone()
        deleted = row[0] if row else 0
    if updated:
        seen_at = instants.constant(plan.seen_at)
        connection.execute(
            f"UPDATE {plan.versions} AS t SET _superseded_at = {seen_at} FROM {MATCHED} m WHERE t.rowid = m.place"
        )
    insert(connection, plan, rows)
    return Counts(stored - updated, updated, deleted, 0, living + stored - deleted - updated)


def insert(connection: duckdb.DuckDBPyConnection, plan: Merge, rows: str) -> None:
    """The rows of the query `rows` as versions that hold, where nothing stored is to be kept: no join or comparison."""
    nothing = "CAST(NULL AS TIMESTAMP)"
    values = [f"i.{quote(name)}" for name in plan.delivered]
    tombstone = _tombstone(plan, nothing, "CAST(NULL AS VARCHAR)")
    connection.execute(
        f"INSERT INTO {plan.versions} ({listing([*plan.delivered, *LOADER_COLUMNS])}, _seen_at) "
        f"SELECT {', '.join(values)}, {plan.loader_values}, {tombstone}, {instants.constant(plan.seen_at)} "
        f"FROM ({rows}) i"
    )


def counts_of_first(connection: duckdb.DuckDBPyConnection, table: str) -> Counts:
    """What was inserted where nothing was stored."""
    row = connection.execute(f"SELECT count(*), count(_deleted_at) FROM {changes(table)}").fetchone() or (0, 0)
    return Counts(inserted=row[0], updated=0, deleted=row[1], hard_deleted=0, living=row[0] - row[1])


def refuse_emptiness(connection: duckdb.DuckDBPyConnection, batch: LandedBatch) -> None:
    """A full read of nothing against a table with live rows is no deletion: SuspiciousEmptyError.

    Unless all of them are history that may have aged out.
    """
    if batch.mode == "full" and batch.rows == 0:
        living = f"SELECT count(*) FROM {raw(batch.table)} t WHERE _deleted_at IS NULL AND {_is_still_served(batch)}"
        row = connection.execute(living).fetchone()
        if row and row[0]:
            raise SuspiciousEmptyError(batch.object_name, row[0])


def drop_temporaries(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave nothing behind, whether the load went well or not."""
    connection.execute(";".join(f"DROP TABLE IF EXISTS {name}" for name in (CHANGED, MATCHED, INCOMING)))


def _matched_rows(plan: Merge) -> str:
    """New rows (`place` is NULL), and known ones that are not older than their stored version."""
    join = "LEFT JOIN" if plan.adds_rows else "JOIN"
    if plan.stamp:
        compared, newer = f"(i.{plan.stamp} < t.{plan.stamp}) IS NOT TRUE", f"i.{plan.stamp} > t.{plan.stamp}"
    elif plan.stored_stamp and not plan.adds_rows:
        # What changed after a refresh or a list of Ids was made is known better than by it.
        compared, newer = f"(t.{plan.stored_stamp} > {_window_end(plan)}) IS NOT TRUE", "false"
    else:
        compared, newer = "true", "false"
    is_known = f"t.{KEY} IS NOT NULL"
    return (
        f"SELECT i.{KEY} AS key, t.rowid AS place, t._deleted_at AS was_deleted_at, t._deletion_kind AS was_kind, "
        f"{is_known} AND ({newer}) IS NOT TRUE AS is_equal_stamp "
        f"FROM {INCOMING} i {join} {plan.versions} t ON i.{KEY} = t.{KEY} AND {HOLDS} "
        f"WHERE t.{KEY} IS NULL OR {compared}"
    )


def _matched_increment(connection: duckdb.DuckDBPyConnection, plan: Merge) -> str:
    """The same of a window of rows, which finds most of its stored versions older than all of it, and not deleted.

    Those that are not are few and lie together, as the statistics of blocks tell. Only they are asked for stamp and
    deletion, so that of a million rows nothing but the Ids is read: for 43 ms instead of 65.
    """
    (oldest,) = connection.execute(f"SELECT min({plan.stamp}) FROM {INCOMING}").fetchone() or (None,)
    recent = f"SELECT rowid AS place, {plan.stamp} FROM {plan.versions} WHERE {plan.stamp} >= {constant(oldest)}"
    deleted = f"SELECT rowid AS place, _deleted_at, _deletion_kind FROM {plan.versions} WHERE _deleted_at IS NOT NULL"
    is_recent = f"(r.place IS NOT NULL AND (i.{plan.stamp} > r.{plan.stamp}) IS NOT TRUE)"
    return (
        f"SELECT i.{KEY} AS key, t.rowid AS place, d._deleted_at AS was_deleted_at, d._deletion_kind AS was_kind, "
        f"t.{KEY} IS NOT NULL AND (i.{plan.stamp} IS NULL OR {is_recent}) AS is_equal_stamp "
        f"FROM {INCOMING} i LEFT JOIN {plan.versions} t ON i.{KEY} = t.{KEY} AND {HOLDS} "
        f"LEFT JOIN ({recent}) r ON r.place = t.rowid "
        f"LEFT JOIN ({deleted}) d ON d.place = t.rowid "
        f"WHERE (i.{plan.stamp} < r.{plan.stamp}) IS NOT TRUE"
    )


def _drop_unchanged(plan: Merge) -> str:
    """Of rows of an equal stamp only those stay that really differ (a formula moves no stamp)."""
    names = [quote(name) for name in plan.delivered if name != KEY]
    pairs = [f"i.{name} IS DISTINCT FROM t.{name}" for name in names]
    if plan.batch.purpose == "ids":
        pairs.append("m.was_kind = 'hard'")
    elif plan.adds_rows and DELETED not in plan.columns:
        # Without the flag only its tombstone tells that a row which was once missing is back.
        pairs.append("m.was_deleted_at IS NOT NULL")
    return (
        f"DELETE FROM {MATCHED} WHERE is_equal_stamp AND key NOT IN (SELECT m.key FROM {MATCHED} m "
        f"JOIN {INCOMING} i ON i.{KEY} = m.key JOIN {plan.versions} t ON t.rowid = m.place "
        f"WHERE m.is_equal_stamp AND ({' OR '.join(pairs) or 'false'}))"
    )


def _changed_rows(plan: Merge) -> str:
    """New and really changed rows as they will be stored."""
    values = [f"i.{quote(name)}" for name in plan.delivered]
    values += [_kept_value(plan, name) for name in plan.kept]
    stored = f"LEFT JOIN {plan.versions} t ON t.rowid = m.place" if plan.kept else ""
    return (
        f"SELECT {', '.join(values)}, {plan.loader_values}, {_tombstone(plan, 'm.was_deleted_at', 'm.was_kind')}, "
        f"m.was_deleted_at, m.place, false AS is_missing "
        f"FROM {MATCHED} m JOIN {INCOMING} i ON i.{KEY} = m.key {stored}"
    )


def _kept_value(plan: Merge, name: str) -> str:
    if name == DELETED and plan.batch.purpose == "ids":
        return f"CASE WHEN m.was_kind = 'hard' THEN false ELSE t.{DELETED} END AS {DELETED}"
    return f"t.{quote(name)}"


def _tombstone(plan: Merge, was_deleted_at: str, was_kind: str) -> str:
    """When and how a row was deleted. Salesforce stamps a deletion, so the stamp is the instant of it."""
    if DELETED in plan.delivered:
        stamp = f"i.{plan.stamp}" if plan.stamp else "NULL"
        instant = f"coalesce({was_deleted_at}, {stamp}, {_window_end(plan)})"
        deleted_at, kind = f"CASE WHEN i.{DELETED} THEN {instant} END", f"CASE WHEN i.{DELETED} THEN {_kind(plan)} END"
        if MASTER not in plan.delivered:
            kind = f"CASE WHEN i.{DELETED} THEN CASE WHEN {was_kind} = 'merged' THEN 'merged' ELSE 'soft' END END"
    elif plan.batch.purpose == "refresh":
        deleted_at, kind = was_deleted_at, was_kind
    elif plan.batch.purpose == "ids":
        # It is in the complete list, so it was never gone.
        deleted_at = f"CASE WHEN ({was_kind} = 'hard') IS NOT TRUE THEN {was_deleted_at} END"
        kind = f"CASE WHEN ({was_kind} = 'hard') IS NOT TRUE THEN {was_kind} END"
    else:
        deleted_at, kind = "CAST(NULL AS TIMESTAMP)", "CAST(NULL AS VARCHAR)"
    return f"{deleted_at} AS _deleted_at, {kind} AS _deletion_kind"


def _kind(plan: Merge) -> str:
    """A record that was merged into another one leads to it."""
    return f"CASE WHEN i.{MASTER} IS NOT NULL THEN 'merged' ELSE 'soft' END" if MASTER in plan.delivered else "'soft'"


def _missing_rows(plan: Merge) -> str:
    """Live rows that a full read or a list did not bring, as tombstones; only those that it can vouch for."""
    values = ", ".join("true" if name == DELETED else f"t.{quote(name)}" for name in plan.delivered + plan.kept)
    window_end = _window_end(plan)
    # A list of Ids holds what was created before; a full read vouches for what did not change after it.
    stamps = ("created_date", *STAMPS) if plan.batch.purpose == "ids" else (*STAMPS, "created_date")
    stamp = next((name for name in stamps if name in plan.columns), None)
    later = ">=" if plan.batch.purpose == "ids" else ">"
    is_vouched_for = f"(t.{stamp} {later} {window_end}) IS NOT TRUE" if stamp else "true"
    return (
        f"SELECT {values}, {plan.loader_values}, {window_end}, 'hard', NULL, t.rowid, true "
        f"FROM {plan.versions} t WHERE {HOLDS} AND t._deleted_at IS NULL AND {is_vouched_for} "
        f"AND {_is_still_served(plan.batch)} "
        # Through the row ids, so that the wide rows are read only of those few that are missing.
        f"AND t.rowid IN (SELECT t.rowid FROM {plan.versions} t ANTI JOIN {INCOMING} i ON i.{KEY} = t.{KEY} "
        f"WHERE {HOLDS})"
    )


def _is_still_served(batch: LandedBatch) -> str:
    """Whether the source would show the row `t` if it had not been deleted: not so where history has aged out.

    An org may archive its history sooner than Salesforce does, so the oldest row that came tells as well.
    """
    if not batch.is_history:
        return "true"
    oldest = f"(SELECT min({HISTORY_CURSOR}) FROM {INCOMING}) + {SERVED_LATE}"
    kept = instants.constant(batch.window_end - HISTORY_KEPT)
    return f"t.{HISTORY_CURSOR} > greatest({oldest}, {kept})"


def _window_end(plan: Merge) -> str:
    return instants.constant(plan.batch.window_end)


def _counts(connection: duckdb.DuckDBPyConnection, table: str) -> Counts:
    # Counted before anything is marked: afterwards that takes three times as long, until the marks are written.
    living = living_rows(connection, table)
    row = connection.execute(
        "SELECT count(*) FILTER (place IS NULL), count(*) FILTER (place IS NOT NULL AND NOT is_missing), "
        "count(*) FILTER (_deleted_at IS NOT NULL AND was_deleted_at IS NULL), count(*) FILTER (is_missing), "
        f"{living} + count(*) FILTER (_deleted_at IS NULL) "
        "- count(*) FILTER (place IS NOT NULL AND was_deleted_at IS NULL) "
        f"FROM {CHANGED}"
    ).fetchone()
    return Counts(*(row or (0, 0, 0, 0, living)))


def living_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """The rows of a raw table that are not deleted."""
    row = connection.execute(f"SELECT count(*) FROM {raw(table)} WHERE _deleted_at IS NULL").fetchone()
    return row[0] if row else 0
