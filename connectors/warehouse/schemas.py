"""Raw tables as they grow with their source.

All versions of an object's rows lie in one table, `<object>__changes`; `<object>` is a view of those
that hold, so that a row which changes is not copied. A column carries the source's spelling as its
comment while the source delivers it, and the table has all of them in its own; a column without a
comment was expected by the models but is not (or no longer) visible in the source. What follows from
a changed column is decided in `evolution`; the schemas of the models are dbt's.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.landed import Column
from connectors.warehouse import evolution, instants
from connectors.warehouse.connection import transaction
from connectors.warehouse.errors import SchemaChangedError
from connectors.warehouse.evolution import Note, StoredColumn
from connectors.warehouse.names import (
    CHANGES_SUFFIX,
    LOADER_COLUMNS,
    OPS,
    RAW,
    VERSION_COLUMNS,
    changes,
    constant,
    constants,
    literal,
    quote,
)
from connectors.warehouse.ops import create_schemas

log = logging.getLogger("salespulse.warehouse")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a raw table is to look like, and who says so.

    `columns` are delivered by the source, `expected` are read by the models and added, all NULL,
    where the source lacks them. `is_partial`: the columns are some of the object's, so that nothing
    can be said to have vanished.
    """

    object_name: str
    table: str
    columns: Sequence[Column]
    expected: Sequence[Column]
    run_id: str
    seen_at: datetime
    is_partial: bool = False


def stored_columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, StoredColumn]:
    """The source columns of a raw table by name, loader columns left out; empty without a table."""
    types = stored_types(connection, table)
    names = source_names(connection, table) if types else {}
    return {name: StoredColumn(name, kind, names.get(name)) for name, kind in types.items()}


def types_of(stored: Mapping[str, StoredColumn]) -> dict[str, str]:
    return {name: column.duckdb_type for name, column in stored.items()}


def source_names(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """How the source spells the columns that it delivers; from the comment of the table, see `evolution.named`."""
    which = (
        f"WHERE database_name = current_database() AND schema_name = {constant(RAW)} "
        f"AND table_name = {constant(table + CHANGES_SUFFIX)}"
    )
    (told,) = connection.execute(f"SELECT comment FROM duckdb_tables() {which}").fetchone() or (None,)
    if (names := _told(told)) is not None:
        return names
    # A warehouse of an older version has them at the columns alone, until its next load; so has one where somebody
    # wrote a comment of their own in the place of ours.
    asked = f"SELECT column_name, comment FROM duckdb_columns() {which} AND comment IS NOT NULL"
    return dict(connection.execute(asked).fetchall())


def _told(comment: str | None) -> dict[str, str] | None:
    """What `evolution.named` wrote; None if it is not this that the comment holds."""
    try:
        names = json.loads(comment or "null")
    except ValueError:
        return None
    is_ours = isinstance(names, dict) and all(isinstance(name, str) for name in names.values())
    return names if is_ours else None


def stored_types(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The types of `stored_columns` alone, without looking for their spelling at the source."""
    types = column_types(connection, RAW, table + CHANGES_SUFFIX)
    return {
        name: evolution.normal(kind)
        for name, kind in types.items()
        if name not in LOADER_COLUMNS and name not in VERSION_COLUMNS
    }


def column_types(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    """The types of a table's columns by name, in their order; empty without a table."""
    name = literal(f"{schema}.{quote(table)}")
    try:
        return dict(connection.execute(f"SELECT name, type FROM pragma_table_info({name})").fetchall())
    except duckdb.CatalogException:
        return {}


def ensure_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    *,
    expected: Sequence[Column] = (),
    object_name: str = "",
    run_id: str = "",
    seen_at: datetime | None = None,
) -> dict[str, str]:
    """Create or evolve a raw table and its change log, in a transaction of its own.

    For an object that the org does not have give no `columns`, only `expected` ones: it stays empty
    and the models build. Returns the type of each source column. Raises SchemaChangedError.
    """
    shape = Shape(object_name or table, table, columns, expected, run_id, seen_at or instants.now())
    with transaction(connection):
        create_schemas(connection)
        return shape_table(connection, shape)


def shape_table(
    connection: duckdb.DuckDBPyConnection, shape: Shape, stored: Mapping[str, StoredColumn] | None = None
) -> dict[str, str]:
    """`ensure_table` within the caller's transaction, the schemas being there; `stored` is asked if it is not given."""
    refuse_clashes(shape.table, shape.columns)
    if stored is None:
        stored = stored_columns(connection, shape.table)
    if stored:
        types = types_of(stored)
        changes = evolution.evolve(
            shape.table,
            stored,
            final_types(connection, shape.table, shape.columns, types),
            shape.columns,
            shape.expected,
            is_partial=shape.is_partial,
        )
    else:
        changes = evolution.create(shape.table, shape.columns, shape.expected)
    if stored and not changes.statements and not changes.notes:
        return types
    try:
        connection.execute(";".join(changes.statements))
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise _unfitting(shape.table, changes.notes, str(error)) from error
    for note in changes.notes:
        _record(connection, shape, note)
    return stored_types(connection, shape.table)


def final_types(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    stored: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The type that each delivered column will have in the table; `stored` are its types, if they are known.

    Raises SchemaChangedError.
    """
    stored = stored_types(connection, table) if stored is None else stored
    types = {}
    for column in columns:
        old, wanted = stored.get(column.name), evolution.normal(column.duckdb_type)
        is_open = old is None or old == wanted or _is_blank(connection, table, column.name)
        types[column.name] = wanted if is_open or old is None else evolution.common(table, column.name, old, wanted)
    return types


def refuse_clashes(table: str, columns: Sequence[Column]) -> None:
    """Two fields under one name would overwrite each other: SchemaChangedError."""
    taken = {name: name for name in (*LOADER_COLUMNS, *VERSION_COLUMNS)}
    for column in columns:
        if column.name in taken:
            reason = "two fields have the same name in the warehouse, and one of them would be lost"
            raise SchemaChangedError(table, column.name, taken[column.name], column.source_name, reason)
        taken[column.name] = column.source_name


def _is_blank(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    count = connection.execute(f"SELECT count({quote(column)}) FROM {changes(table)}").fetchone()
    return not (count and count[0])


def _unfitting(table: str, notes: Sequence[Note], message: str) -> SchemaChangedError:
    retyped = next(note for note in notes if note.change == "retyped")
    reason = f"a stored value does not fit ({message.splitlines()[0]})"
    return SchemaChangedError(table, retyped.field_name, retyped.before or "", retyped.after or "", reason)


def _record(connection: duckdb.DuckDBPyConnection, shape: Shape, note: Note) -> None:
    values = [shape.object_name, note.field_name, note.change, note.before, note.after]
    if note.is_standing:
        same = f"(object_name, field_name, change, before, after) = {constants(values)}"
        if connection.execute(f"SELECT 1 FROM {OPS}.schema_changes WHERE {same}").fetchone():
            return
    before, after = note.before or "absent", note.after or "absent (stored values are kept)"
    log.warning("%s.%s %s: %s -> %s", shape.object_name, note.field_name, note.change, before, after)
    row = [*values, shape.run_id, instants.stored(shape.seen_at)]
    connection.execute(f"INSERT INTO {OPS}.schema_changes VALUES {constants(row)}")
