"""The org's records: every version in an in-memory DuckDB, and the state as of the clock.

`versions."X"` holds each version of each record with the instants between which it is the latest
(`_from`, `_until`); `current."X"` what the org shows now. Who asks how is the business of `query`.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from connectors.sandbox.clock import Clock
from connectors.sandbox.schema import Field, Schema, SObject

RECYCLE_BIN_DAYS = 15
FIELD_HISTORY_MONTHS = 24
ARCHIVE_DAYS = 365
HISTORY_OBJECTS = frozenset({"OpportunityFieldHistory"})

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


class Org:
    """Record versions behind a clock. `tables` are Arrow tables by sObject with a `_from` column each.

    An org that `is_snapshot` has one version of each record, told as it is: nothing is archived, purged or
    derived from activities. Thread-safe: every caller takes a `cursor()` of its own; `advance_to` swaps all
    tables at once.
    """

    def __init__(
        self,
        schema: Schema,
        tables: Mapping[str, Any],
        clock: Clock,
        *,
        planted: Iterable[Planted] = (),
        is_snapshot: bool = False,
        recycle_bin_days: int = RECYCLE_BIN_DAYS,
    ) -> None:
        self.schema = schema
        self.clock = clock
        self.recycle_bin_days = recycle_bin_days
        self._planted = tuple(planted)
        self._is_snapshot = is_snapshot
        self._lock = threading.Lock()
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")  # for every cursor too
        self._connection.execute("CREATE SCHEMA versions")
        self._connection.execute("CREATE SCHEMA current")
        for sobject in schema.values():
            _load_versions(self._connection, sobject, tables.get(sobject.name), is_snapshot)
        self._shown_at: datetime | None = None
        self.catch_up()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._connection.cursor()

    @property
    def truth(self) -> dict[str, frozenset[str]]:
        """The violations that hold at the clock: rule → record ids."""
        now = self.clock.now
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
            if self._shown_at is not None and now == self._shown_at:
                return
            cursor = self.cursor()
            cursor.execute("BEGIN")
            for sobject in self.schema.values():
                sql = self._current_sql(sobject)
                cursor.execute(sql, {"now": now} if "$now" in sql else None)
            if not self._is_snapshot:
                _refresh_last_activity(cursor, self.schema)
            cursor.execute("COMMIT")
            self._shown_at = now
        log.debug("org shows %s", now.isoformat())

    def count(self, name: str) -> int:
        """Records of an sObject that are not deleted."""
        sobject = self.schema[name]
        where = 'WHERE NOT coalesce("IsDeleted", false)' if sobject.find("IsDeleted") else ""
        row = self.cursor().execute(f'SELECT count(*) FROM current."{sobject.name}" {where}').fetchone()
        return int(row[0]) if row else 0

    def updated_ids(self, sobject: SObject, start: datetime, end: datetime) -> list[str]:
        """Ids of the records changed in [start, end) that are not deleted."""
        stamp = next((n for n in ("SystemModstamp", "LastModifiedDate", "CreatedDate") if sobject.find(n)), None)
        if stamp is None:
            return []
        alive = 'AND NOT coalesce("IsDeleted", false)' if sobject.find("IsDeleted") else ""
        sql = f'SELECT "Id" FROM current."{sobject.name}" WHERE "{stamp}" >= ? AND "{stamp}" < ? {alive} ORDER BY 1'
        return [row[0] for row in self.cursor().execute(sql, [start, end]).fetchall()]

    def deleted_ids(self, sobject: SObject, start: datetime, end: datetime) -> list[tuple[str, datetime]]:
        """Ids and instants of the deletions in [start, end), hard-deleted ones included."""
        if not sobject.find("IsDeleted"):
            return []
        sql = (
            f'SELECT "Id", _from FROM versions."{sobject.name}" WHERE "IsDeleted" AND _from >= ? AND _from < ? '
            "AND _from <= ? ORDER BY 2, 1"
        )
        rows = self.cursor().execute(sql, [start, end, self.clock.now]).fetchall()
        return [(row[0], row[1]) for row in rows]

    def _current_sql(self, sobject: SObject) -> str:
        if self._is_snapshot:
            columns = ", ".join(f'"{field.name}"' for field in sobject.columns)
            return f'CREATE OR REPLACE VIEW current."{sobject.name}" AS SELECT {columns} FROM versions."{sobject.name}"'
        columns = ", ".join(_current_column(sobject, field.name) for field in sobject.columns)
        conditions = ["_from <= $now", "_until > $now"]
        if sobject.find("IsDeleted"):
            kept = f"$now::TIMESTAMP - INTERVAL {self.recycle_bin_days} DAY"
            conditions.append(f'NOT (coalesce("IsDeleted", false) AND _from <= {kept})')
        if sobject.name in HISTORY_OBJECTS:
            conditions.append(f'"CreatedDate" > $now::TIMESTAMP - INTERVAL {FIELD_HISTORY_MONTHS} MONTH')
        return (
            f'CREATE OR REPLACE TABLE current."{sobject.name}" AS SELECT {columns} '
            f'FROM versions."{sobject.name}" WHERE {" AND ".join(conditions)}'
        )


def _current_column(sobject: SObject, name: str) -> str:
    """Activities are archived by age alone: no one saves them, so no stamp moves."""
    if name != "IsArchived" or sobject.find("ActivityDate") is None:
        return f'"{name}"'
    done = 'AND "IsClosed"' if sobject.find("IsClosed") else ""
    return (
        f'coalesce("ActivityDate" < ($now::TIMESTAMP - INTERVAL {ARCHIVE_DAYS} DAY)::DATE {done}, false) '
        'AS "IsArchived"'
    )


def _load_versions(connection: duckdb.DuckDBPyConnection, sobject: SObject, table: Any, is_snapshot: bool) -> None:
    if table is None:
        table = pa.table({"Id": pa.array([], pa.string()), "_from": pa.array([], pa.timestamp("s"))})
    present = set(table.column_names)
    columns = ", ".join(
        f'{_source_of(field, present)}::{field.duckdb_type} AS "{field.name}"' for field in sobject.columns
    )
    following = 'lead(_from::TIMESTAMP) OVER (PARTITION BY "Id" ORDER BY _from)'
    until = "TIMESTAMP 'infinity'" if is_snapshot else f"coalesce({following}, 'infinity')"
    order = "" if is_snapshot else 'ORDER BY "Id", _from'
    connection.register("incoming", table)
    connection.execute(
        f'CREATE TABLE versions."{sobject.name}" AS SELECT {columns}, _from::TIMESTAMP AS _from, '
        f"{until} AS _until FROM incoming {order}"
    )
    connection.unregister("incoming")


def _source_of(field: Field, present: set[str]) -> str:
    """A column of the incoming table; a checkbox that nobody set is false, anything else null."""
    if field.name in present:
        return f'"{field.name}"'
    return "false" if field.type == "boolean" else "NULL"


def _refresh_last_activity(cursor: duckdb.DuckDBPyConnection, schema: Schema) -> None:
    """LastActivityDate and the activity flags follow the activities without moving SystemModstamp."""
    if not {"Task", "Event", "Opportunity", "Account"} <= schema.keys():
        return
    cursor.execute(
        'CREATE OR REPLACE TEMP TABLE touched AS SELECT "WhatId" AS what_id, "AccountId" AS account_id, '
        '"ActivityDate" AS day FROM current."Task" WHERE "IsClosed" AND NOT "IsDeleted" '
        'UNION ALL SELECT "WhatId", "AccountId", "ActivityDate" FROM current."Event" WHERE NOT "IsDeleted"'
    )
    for name, column in (("Opportunity", "what_id"), ("Account", "account_id")):
        cursor.execute(
            f'UPDATE current."{name}" SET "LastActivityDate" = last.day FROM '
            f"(SELECT {column} AS id, max(day) AS day FROM touched GROUP BY 1) AS last "
            f'WHERE last.id = current."{name}"."Id"'
        )


def clock_text(instant: datetime) -> str:
    """An instant as Salesforce's REST spells it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def bin_opened(now: datetime, days: int) -> datetime:
    """The earliest instant whose deletions are still told."""
    return now - timedelta(days=days)
