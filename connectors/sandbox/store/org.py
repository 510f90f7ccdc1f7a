"""The org's records: every version in a DuckDB of its own, and the state as of the clock.

`versions."X"` holds each version of each record with the instants between which it is the latest
(`_from`, `_until`); `current."X"` what the org shows now (see `current`). Who asks how is the business of
`query`, who writes what that of `writing`.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.permissions import Permissions
from connectors.sandbox.metadata.schema import Schema, SObject
from connectors.sandbox.store.ahead import Ahead
from connectors.sandbox.store.current import Current
from connectors.sandbox.store.spill import make_folder
from connectors.sandbox.store.versions import FOREVER, is_made, load_versions

RECYCLE_BIN_DAYS = 15
ON_DISK_FROM_ROWS = 3_000_000
ON_DISK_MEMORY = "3GB"

log = logging.getLogger("salespulse.sandbox")


@dataclass(frozen=True, slots=True)
class Planted:
    """A process violation that the simulation knows of: true from `since` until `until` (None: for good)."""

    rule: str
    record_id: str
    since: datetime
    until: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        return self.since <= instant and (self.until is None or instant < self.until)


class Knowing(Protocol):
    """What an org may ask of the company behind it: the truth that no record tells."""

    @property
    def facts(self) -> Any: ...

    def facts_at(self, instant: datetime) -> dict[str, frozenset[str]]: ...

    def odds(self, at: date) -> Any: ...

    def totals(self, period: str, scope: str = "company", at: datetime | None = None) -> list[dict[str, Any]]: ...

    def coverage(self, period: str, scope: str = "company", at: datetime | None = None) -> list[dict[str, Any]]: ...

    def conversions(self, period: str, at: datetime | None = None) -> list[dict[str, Any]]: ...

    def deal_totals(self, at: datetime | None = None) -> dict[str, Any]: ...

    def leads(self, at: datetime | None = None) -> list[dict[str, Any]]: ...

    def staff_totals(self, at: datetime | None = None) -> dict[str, Any]: ...

    def adherence(
        self, scope: str, rules: Collection[str] | None = None, at: datetime | None = None
    ) -> list[dict[str, Any]]: ...

    def known(self, at: datetime | None = None) -> Any: ...

    def bookings_csv(self, at: datetime | None = None) -> str: ...


class Org:
    """Record versions behind a clock. `tables` are, by sObject, Arrow tables or iterables of Arrow record batches
    with a `_from` column each; an sObject without one is empty.

    An org that `is_snapshot` has one version of each record, told as it is: nothing is archived, purged or
    derived from activities. One that is `on_disk` keeps some gigabytes of its records in memory and the others in a
    temporary folder; by default one of millions of them does, or one whose size is not known before.
    Thread-safe: every caller takes a `cursor()` of its own; a `transaction` is seen by others at once.
    """

    def __init__(
        self,
        schema: Schema,
        tables: Mapping[str, Any],
        clock: Clock,
        *,
        planted: Iterable[Planted] = (),
        company: Knowing | None = None,
        is_snapshot: bool = False,
        recycle_bin_days: int = RECYCLE_BIN_DAYS,
        on_disk: bool | None = None,
    ) -> None:
        self.full_schema = schema
        self.permissions = Permissions(schema)
        self.clock = clock
        self.recycle_bin_days = recycle_bin_days
        self.is_snapshot = is_snapshot
        self._planted = tuple(planted)
        self.company = company
        self._lock = threading.RLock()
        self._local = threading.local()
        is_large = _is_large(tables) if on_disk is None else on_disk
        self._connection = _connect(make_folder(self) if is_large else None)
        self._connection.execute("CREATE SCHEMA versions")
        self._load(tables)
        self._current = Current(schema, is_snapshot=is_snapshot, recycle_bin_days=recycle_bin_days)
        self._current.create(self._connection)
        self._shown_at: datetime | None = None
        self.catch_up()

    def _load(self, tables: Mapping[str, Any]) -> None:
        """Store every version, in the order of `tables`; what is told by iterables is made in a thread ahead of it."""
        order = [*(name for name in tables if name in self.full_schema), *(self.full_schema.keys() - tables.keys())]
        made = [name for name in order if is_made(tables.get(name))]
        with Ahead(tables, made) as ahead:
            for name in order:
                source = ahead.batches(name) if name in made else tables.get(name)
                load_versions(self._connection, self.full_schema[name], source, is_snapshot=self.is_snapshot)

    @property
    def schema(self) -> Schema:
        """The sObjects and fields that the user may see."""
        return self.permissions.visible

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for this call alone; inside a `transaction` of this thread, the transaction's."""
        held: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        return self._connection.cursor() if held is None else held

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside a `transaction`."""
        return getattr(self._local, "cursor", None) is not None

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All of what this thread writes inside, or, after an exception, nothing. Nested ones join the outer."""
        with self._lock:
            if self.is_writing:
                yield self.cursor()
                return
            cursor = self._local.cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            else:
                cursor.execute("COMMIT")
            finally:
                self._local.cursor = None

    @property
    def truth(self) -> dict[str, frozenset[str]]:
        """The violations that hold at the clock: rule → record ids."""
        now = self.clock.now
        if self.company is not None:
            return self.company.facts_at(now)
        found: dict[str, set[str]] = {}
        for each in self._planted:
            if each.holds_at(now):
                found.setdefault(each.rule, set()).add(each.record_id)
        return {rule: frozenset(ids) for rule, ids in sorted(found.items())}

    def advance_to(self, instant: datetime) -> datetime:
        """Move the clock and show what is true then. Raises ValueError for a move into the past."""
        with self._lock:
            moved = self.clock.move_to(instant)
        self.catch_up()
        return moved

    def catch_up(self) -> None:
        """Show the state as of the clock, if it has moved."""
        with self._lock:
            now = self.clock.now
            if now == self._shown_at:
                return
            with self.transaction() as cursor:
                self._current.show(cursor, now, self._shown_at)
            self._shown_at = now
        log.debug("org shows %s", now.isoformat())

    def save(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make `rows`, whole records by column, the latest versions from now on.

        Who writes a record takes it out of the simulation's hands: versions that it would have had later go.
        """
        if not rows:
            return
        sobject = self.full_schema[name]
        ids = [str(row["Id"]) for row in rows]
        with self.transaction() as cursor:
            now = self._end(cursor, name, ids)
            columns = ", ".join(f'"{each.name}"::{each.duckdb_type} AS "{each.name}"' for each in sobject.columns)
            incoming = pa.table({each.name: _arrow([row.get(each.name) for row in rows]) for each in sobject.columns})
            cursor.register("incoming", incoming)
            cursor.execute(
                f'INSERT INTO versions."{name}" SELECT {columns}, $now::TIMESTAMP, {FOREVER} FROM incoming',
                {"now": now},
            )
            cursor.unregister("incoming")
            self._current.renew(cursor, name, ids, now)

    def vanish(self, name: str, ids: list[str]) -> None:
        """Erase records from now on, past the recycle bin and the log of deletions."""
        with self.transaction() as cursor:
            now = self._end(cursor, name, ids)
            self._current.renew(cursor, name, ids, now)

    def unscript(self, name: str, reference: str, ids: list[str], *, only_deletions: bool) -> None:
        """Drop what the simulation had in store for the records that name one of `ids` in `reference`."""
        kind = 'AND "IsDeleted"' if only_deletions else ""
        with self.transaction() as cursor:
            told = {"ids": ids, "now": self.clock.now}
            which = f'"{reference}" IN (SELECT unnest($ids))'
            dropped = cursor.execute(
                f'DELETE FROM versions."{name}" WHERE {which} AND _from > $now {kind} RETURNING "Id"', told
            ).fetchall()
            told["ids"] = [row[0] for row in dropped]
            cursor.execute(
                f'UPDATE versions."{name}" SET _until = {FOREVER} '
                'WHERE "Id" IN (SELECT unnest($ids)) AND _from <= $now AND _until > $now',
                told,
            )

    def count(self, name: str) -> int:
        """Records of an sObject that are not deleted."""
        sobject = self.schema[name]
        where = 'WHERE NOT coalesce("IsDeleted", false)' if sobject.find("IsDeleted") else ""
        row = self.cursor().execute(f'SELECT count(*) FROM current."{sobject.name}" {where}').fetchone()
        return int(row[0]) if row else 0

    def updated_ids(self, sobject: SObject, start: datetime, end: datetime, limit: int) -> list[str]:
        """Ids of the records changed in [start, end) that are not deleted, one more than `limit` at most."""
        stamp = next((n for n in ("SystemModstamp", "LastModifiedDate", "CreatedDate") if sobject.find(n)), None)
        if stamp is None:
            return []
        alive = 'AND NOT coalesce("IsDeleted", false)' if sobject.find("IsDeleted") else ""
        sql = (
            f'SELECT "Id" FROM current."{sobject.name}" WHERE "{stamp}" >= ? AND "{stamp}" < ? {alive} '
            f"ORDER BY 1 LIMIT {limit + 1}"
        )
        return [row[0] for row in self.cursor().execute(sql, [start, end]).fetchall()]

    def deleted_ids(self, sobject: SObject, start: datetime, end: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Ids and instants of the deletions in [start, end), those purged from the bin included; not what was
        restored or erased since. One more than `limit` at most."""
        if not sobject.find("IsDeleted"):
            return []
        sql = (
            f'SELECT "Id", _from FROM versions."{sobject.name}" WHERE "IsDeleted" AND _from >= $start '
            f"AND _from < $end AND _from <= $now AND _until > $now ORDER BY 2, 1 LIMIT {limit + 1}"
        )
        told = {"start": start, "end": end, "now": self.clock.now}
        return [(row[0], row[1]) for row in self.cursor().execute(sql, told).fetchall()]

    def _end(self, cursor: duckdb.DuckDBPyConnection, name: str, ids: list[str]) -> datetime:
        """End the versions of now, drop the ones to come."""
        now = self.clock.now
        told = {"ids": ids, "now": now}
        which = '"Id" IN (SELECT unnest($ids))'
        cursor.execute(f'DELETE FROM versions."{name}" WHERE {which} AND _from > $now', told)
        cursor.execute(f'UPDATE versions."{name}" SET _until = $now WHERE {which} AND _until > $now', told)
        return now


def _is_large(tables: Mapping[str, Any]) -> bool:
    sizes = [table.num_rows if isinstance(table, pa.Table) else ON_DISK_FROM_ROWS for table in tables.values()]
    return sum(sizes) >= ON_DISK_FROM_ROWS


def _connect(folder: Path | None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")  # for every cursor too
    # A checkpoint of what lies in memory saves nothing, and would go over all that is loaded so far.
    connection.execute("SET GLOBAL checkpoint_threshold = '1TB'")
    if folder:
        connection.execute(f"SET GLOBAL memory_limit = '{ON_DISK_MEMORY}'")
        # What does not fit goes to disk as it is. A database file would be written column by column at each commit,
        # at twice the CPU of the whole load, packed or not: room on disk is cheaper.
        connection.execute("SET GLOBAL temp_directory = $1", [str(folder / "spill")])
    return connection


def _arrow(values: list[Any]) -> Any:
    return pa.array(values) if any(value is not None for value in values) else pa.nulls(len(values), pa.string())


def clock_text(instant: datetime) -> str:
    """An instant as Salesforce's REST spells it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def bin_opened(now: datetime, days: int) -> datetime:
    """The earliest instant whose deletions are still told."""
    return now - timedelta(days=days)
