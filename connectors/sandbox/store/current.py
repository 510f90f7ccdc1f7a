"""What the org shows at an instant: `current."X"`, a view over the versions that are valid then.

Of objects whose records have many versions, and of those with derived columns, the valid versions are kept in a
table `shown."X"` that is mended where something changed: a query then touches a row per record, not per version.
"""

from datetime import datetime

import duckdb

from connectors.sandbox.metadata.formulas import formulas_of, roll_ups_of
from connectors.sandbox.metadata.schema import Schema, SObject
from connectors.sandbox.store.derived import LAST_ACTIVITY_OBJECTS, refresh_derived
from connectors.sandbox.store.versions import versions_per_record

FIELD_HISTORY_MONTHS = 24
ARCHIVE_DAYS = 365
HISTORY_OBJECTS = frozenset({"OpportunityFieldHistory"})
KEPT_FROM_VERSIONS = 1.5  # versions per record from which a table of the valid ones pays


class Current:
    """The `current` schema of one org. All methods are given a cursor inside a transaction."""

    def __init__(self, schema: Schema, *, is_snapshot: bool, recycle_bin_days: int) -> None:
        self._schema = schema
        self._is_snapshot = is_snapshot
        self._bin_days = recycle_bin_days
        self._kept: frozenset[str] = frozenset()

    def create(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The schemas, and which objects get a table; the versions are loaded by now."""
        connection.execute("CREATE SCHEMA current; CREATE SCHEMA shown")
        derived = {each.sobject for each in roll_ups_of(self._schema)} | set(LAST_ACTIVITY_OBJECTS)
        self._kept = frozenset(
            name
            for name, sobject in self._schema.items()
            if not self._is_snapshot
            and (name in derived or versions_per_record(connection, sobject) >= KEPT_FROM_VERSIONS)
        )

    def show(self, cursor: duckdb.DuckDBPyConnection, now: datetime, before: datetime | None) -> None:
        """Move from what was shown at `before` (None: nothing was) to what is true at `now`."""
        for name in sorted(self._kept):
            self._fill(cursor, name, now) if before is None else self._mend(cursor, name, now, before)
        for sobject in self._schema.values():
            cursor.execute(self._view_sql(sobject, now))
        if self._is_snapshot:
            return
        if before is None:
            refresh_derived(cursor, self._schema, None)
            return
        spans = {"now": now, "before": before}
        changed = {
            name: f'SELECT "Id" FROM versions."{name}" WHERE (_from > $before AND _from <= $now) '
            "OR (_until > $before AND _until <= $now)"
            for name in self._schema
        }
        refresh_derived(cursor, self._schema, changed, spans)

    def renew(self, cursor: duckdb.DuckDBPyConnection, name: str, ids: list[str], now: datetime) -> None:
        """Show the records `ids` of an object as their versions are now; derived values follow."""
        told = {"ids": ids, "now": now}
        if name in self._kept:
            cursor.execute(f'DELETE FROM shown."{name}" WHERE "Id" IN (SELECT unnest($ids))', {"ids": ids})
            cursor.execute(
                f'INSERT INTO shown."{name}" SELECT * EXCLUDE (_until) FROM versions."{name}" '
                'WHERE "Id" IN (SELECT unnest($ids)) AND _from <= $now AND _until > $now',
                told,
            )
        if not self._is_snapshot:
            refresh_derived(cursor, self._schema, {name: "SELECT unnest($ids)"}, {"ids": ids})

    def _fill(self, cursor: duckdb.DuckDBPyConnection, name: str, now: datetime) -> None:
        cursor.execute(
            f'CREATE OR REPLACE TABLE shown."{name}" AS SELECT * EXCLUDE (_until) FROM versions."{name}" '
            "WHERE _from <= $now AND _until > $now",
            {"now": now},
        )

    def _mend(self, cursor: duckdb.DuckDBPyConnection, name: str, now: datetime, before: datetime) -> None:
        told = {"now": now, "before": before}
        ended = f'SELECT "Id" FROM versions."{name}" WHERE _until > $before AND _until <= $now AND _from <= $before'
        cursor.execute(f'DELETE FROM shown."{name}" WHERE "Id" IN ({ended})', told)
        cursor.execute(
            f'INSERT INTO shown."{name}" SELECT * EXCLUDE (_until) FROM versions."{name}" '
            "WHERE _from > $before AND _from <= $now AND _until > $now",
            told,
        )

    def _view_sql(self, sobject: SObject, now: datetime) -> str:
        instant = f"TIMESTAMP '{now.isoformat(sep=' ')}'"
        conditions = [] if sobject.name in self._kept else [f"_from <= {instant}", f"_until > {instant}"]
        if not self._is_snapshot:
            conditions += self._still_kept(sobject, instant)
        source = f'shown."{sobject.name}"' if sobject.name in self._kept else f'versions."{sobject.name}"'
        columns = ", ".join(self._column(sobject, field.name, instant) for field in sobject.columns)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f'CREATE OR REPLACE VIEW current."{sobject.name}" AS SELECT {columns} FROM {source}{where}'

    def _still_kept(self, sobject: SObject, instant: str) -> list[str]:
        found = []
        if sobject.find("IsDeleted"):
            last = f"{instant} - INTERVAL {self._bin_days} DAY"
            found.append(f'NOT (coalesce("IsDeleted", false) AND _from <= {last})')
        if sobject.name in HISTORY_OBJECTS:
            found.append(f'"CreatedDate" > {instant} - INTERVAL {FIELD_HISTORY_MONTHS} MONTH')
        return found

    def _column(self, sobject: SObject, name: str, instant: str) -> str:
        """Activities are archived by age alone: no one saves them, so no stamp moves. Nor does a formula's."""
        if self._is_snapshot:
            return f'"{name}"'
        if formula := formulas_of(sobject).get(name):
            return f'{formula.sql.format(today=f"({instant})::DATE")} AS "{name}"'
        if name != "IsArchived" or sobject.find("ActivityDate") is None:
            return f'"{name}"'
        done = 'AND "IsClosed"' if sobject.find("IsClosed") else ""
        last = f"({instant} - INTERVAL {ARCHIVE_DAYS} DAY)::DATE"
        return f'coalesce("ActivityDate" < {last} {done}, false) AS "IsArchived"'
