"""Loading record versions: `versions."X"` with the instants between which each version is the latest.

What is shown of them at an instant is the business of `current`.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import duckdb
import pyarrow as pa

from connectors.sandbox.metadata.schema import Field, SObject

FOREVER = "TIMESTAMP 'infinity'"
# Where a record's versions follow each other, as simulators give them, the next row tells: one pass, nothing sorted.
_NEXT = f'CASE WHEN lead("Id") OVER () = "Id" THEN lead(_from) OVER () ELSE {FOREVER} END'
_EMPTY = {"Id": pa.string(), "_from": pa.timestamp("s")}


def load_versions(connection: duckdb.DuckDBPyConnection, sobject: SObject, source: Any, *, is_snapshot: bool) -> None:
    """Create `versions."X"` from an Arrow table, a record batch reader or an iterable of record batches.

    The source has a column `_from`; with `_until` too the spans are taken as told (null: for good), else each
    version lasts until the next of its record. Of a snapshot each record has one version. None makes an empty table.
    """
    incoming = _readable(source)
    present = set(incoming.schema.names)
    columns = [f'{_source_of(field, present)}::{field.duckdb_type} AS "{field.name}"' for field in sobject.columns]
    columns.append('"_from"::TIMESTAMP AS _from')
    is_told = "_until" in present
    if is_told:
        columns.append(f'coalesce("_until"::TIMESTAMP, {FOREVER}) AS _until')
    until = "" if is_told else f", {FOREVER if is_snapshot else _NEXT} AS _until"
    connection.register("incoming", incoming)
    connection.execute(
        f'CREATE TABLE versions."{sobject.name}" AS SELECT *{until} FROM (SELECT {", ".join(columns)} FROM incoming)'
    )
    connection.unregister("incoming")
    if not is_told and not is_snapshot and not _is_in_order(connection, sobject):
        _end_versions(connection, sobject)


def is_made(source: Any) -> bool:
    """Whether the source makes its batches as they are asked for."""
    return isinstance(source, Iterable) and not isinstance(source, pa.Table | pa.RecordBatchReader)


def versions_per_record(connection: duckdb.DuckDBPyConnection, sobject: SObject) -> float:
    sql = f'SELECT count(*), count(*) FILTER (WHERE _until = {FOREVER}) FROM versions."{sobject.name}"'
    row = connection.execute(sql).fetchone()
    return row[0] / max(row[1], 1) if row else 0.0


def _readable(source: Any) -> Any:
    """Something with an Arrow schema that DuckDB can read batch by batch."""
    if source is None:
        return pa.table({name: pa.array([], kind) for name, kind in _EMPTY.items()})
    if isinstance(source, pa.Table | pa.RecordBatchReader):
        return source
    if not isinstance(source, Iterable):
        raise TypeError(f"an org is filled from Arrow tables or record batches, not from {type(source).__name__}")
    batches = iter(source)
    first = next(batches, None)
    if first is None:
        return _readable(None)
    return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))


def _is_in_order(connection: duckdb.DuckDBPyConnection, sobject: SObject) -> bool:
    """Whether each record's versions came together and in time's order."""
    sql = (
        f'SELECT count(DISTINCT "Id"), count(*) FILTER (WHERE _until = {FOREVER}), '
        f'count(*) FILTER (WHERE _until < _from) FROM versions."{sobject.name}"'
    )
    row = connection.execute(sql).fetchone()
    return row is not None and row[0] == row[1] and row[2] == 0


def _end_versions(connection: duckdb.DuckDBPyConnection, sobject: SObject) -> None:
    """Let each version end where the record's next begins.

    Only ids, instants and row numbers are sorted: the wide rows stay where they are.
    """
    table = f'versions."{sobject.name}"'
    following = 'lead(_from) OVER (PARTITION BY "Id" ORDER BY _from, rowid)'
    several = f'SELECT "Id" FROM {table} GROUP BY "Id" HAVING count(*) > 1'
    connection.execute(
        f"CREATE TEMP TABLE ends AS SELECT * FROM (SELECT rowid AS place, {following} AS until FROM {table} "
        f'WHERE "Id" IN ({several})) WHERE until IS NOT NULL'
    )
    connection.execute(f"UPDATE {table} SET _until = {FOREVER}")
    connection.execute(f"UPDATE {table} SET _until = ends.until FROM ends WHERE ends.place = {table}.rowid")
    connection.execute("DROP TABLE ends")


def _source_of(field: Field, present: set[str]) -> str:
    """A column of the incoming table; a checkbox that nobody set is false, anything else null."""
    if field.name in present:
        return f'"{field.name}"'
    return "false" if field.type == "boolean" else "NULL"
