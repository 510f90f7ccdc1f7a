"""How a raw table follows its source: which statements, what to note, which types hold which others.

Decides only; nothing is executed here.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from connectors.landed import Column
from connectors.warehouse.errors import SchemaChangedError
from connectors.warehouse.names import KEY, LOADER_COLUMNS, VERSION_COLUMNS, changes, listing, literal, quote, raw

# No Id of a load is like another: what DuckDB tries by itself, a dictionary of them, costs a fifth of a first load to
# write and is read no faster. Not to be had in a file of before DuckDB 1.2, where they are left as they are.
# The ends of versions are written anew, all of them, when some are superseded: nothing else need be tried for them.
COMPRESSIONS = {KEY: "zstd", "_superseded_at": "rle"}


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column as the warehouse has it; `source_name` is None if the source does not deliver it."""

    name: str
    duckdb_type: str
    source_name: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A change for ops.schema_changes; a standing one is met at each load and noted once."""

    field_name: str
    change: Literal["added", "vanished", "retyped"]
    before: str | None
    after: str | None
    is_standing: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What to execute, in this order, and what to note."""

    statements: tuple[str, ...]
    notes: tuple[Note, ...] = ()


def create(table: str, columns: Sequence[Column], expected: Sequence[Column]) -> Changes:
    """A new table of versions, and the view of those that hold."""
    types = {c.name: normal(c.duckdb_type) for c in expected} | {c.name: normal(c.duckdb_type) for c in columns}
    return Changes(
        (
            _create_table(table, types | LOADER_COLUMNS | VERSION_COLUMNS),
            view(table, types),
            *(_comment(table, column.name, column.source_name) for column in columns),
            named(table, {column.name: column.source_name for column in columns}),
        )
    )


def evolve(
    table: str,
    stored: Mapping[str, StoredColumn],
    types: Mapping[str, str],
    columns: Sequence[Column],
    expected: Sequence[Column],
    *,
    is_partial: bool,
) -> Changes:
    """What brings a table up to date; `types` are the final types of the delivered `columns`."""
    statements: list[str] = []
    notes: list[Note] = []
    for column in columns:
        old, kind = stored.get(column.name), types[column.name]
        _refuse_other_field(table, old, column)
        statements += _alter(table, old, column.name, kind)
        if old is None or old.source_name is None:
            statements.append(_comment(table, column.name, column.source_name))
            notes.append(Note(column.source_name, "added", None, kind))
        elif (wanted := normal(column.duckdb_type)) != old.duckdb_type:
            after = wanted if kind == wanted else f"{wanted}, kept as {kind}"
            notes.append(Note(column.source_name, "retyped", old.duckdb_type, after, kind != wanted))
    present = {column.name for column in columns}
    for old in () if is_partial else stored.values():
        if old.source_name is not None and old.name not in present:
            statements.append(_comment(table, old.name, None))
            notes.append(Note(old.source_name, "vanished", old.duckdb_type, None))
    for column in expected:
        if column.name not in stored and column.name not in present:
            statements += _alter(table, None, column.name, normal(column.duckdb_type))
    if any(statement.startswith("ALTER") for statement in statements):
        statements.append(view(table, dict.fromkeys((*stored, *types, *(column.name for column in expected)))))
    if any(statement.startswith("COMMENT") for statement in statements):
        names = {name: old.source_name for name, old in stored.items() if old.source_name is not None}
        kept = {name: spelled for name, spelled in names.items() if is_partial or name in present}
        statements.append(named(table, {column.name: column.source_name for column in columns} | kept))
    return Changes(tuple(statements), tuple(notes))


def _refuse_other_field(table: str, old: StoredColumn | None, column: Column) -> None:
    """`Loss_Reason__c` takes the column of `LossReason__c` when it is added: their values would stand mixed in it."""
    if old is None or old.source_name is None or old.source_name.lower() == column.source_name.lower():
        return
    reason = (
        "another field would take over the column with the values of the first. Leave one of the two out with "
        "SALESPULSE_FIELDS_EXCLUDE"
    )
    raise SchemaChangedError(table, column.name, old.source_name, column.source_name, reason)


def view(table: str, columns: Iterable[str]) -> str:
    """The view of the versions that hold; to be made anew whenever a column is added or altered."""
    listed = listing((*columns, *LOADER_COLUMNS))
    return f"CREATE OR REPLACE VIEW {raw(table)} AS SELECT {listed} FROM {changes(table)} WHERE _superseded_at IS NULL"


def named(table: str, names: Mapping[str, str]) -> str:
    """Column → the source's spelling, as the comment of the table: what is asked of it at each load.

    The comments of the columns tell the same to people. DuckDB shows those only after it has made all views of its
    system, for 30 ms after each opening.
    """
    return f"COMMENT ON TABLE {changes(table)} IS {literal(json.dumps(names))}"


def common(table: str, column: str, stored: str, wanted: str) -> str:
    """The type for stored values of one type and coming ones of another, or SchemaChangedError.

    The table gives way to a type that holds its values, and stays where it holds the source's.
    """
    if holds(wanted, stored):
        return wanted
    if holds(stored, wanted):
        return stored
    reason = "neither type holds the values of the other"
    raise SchemaChangedError(table, column, stored, wanted, reason)


def holds(wide: str, narrow: str) -> bool:
    """Whether `wide` holds the values of `narrow` (an overflow is found when altering)."""
    if wide == "VARCHAR":
        return True
    if narrow == "BIGINT":
        return wide == "DOUBLE" or wide.startswith("DECIMAL")
    if narrow.startswith("DECIMAL") and wide.startswith("DECIMAL"):
        return scale(narrow) <= scale(wide)
    return False


def scale(duckdb_type: str) -> int:
    """Digits behind the point: 2 of DECIMAL(18,2), 0 of BIGINT."""
    return int(duckdb_type.rstrip(")").partition(",")[2] or 0)


def normal(duckdb_type: str) -> str:
    """One spelling per type: `decimal(18, 2)` is DECIMAL(18,2)."""
    return re.sub(r"\s*([(),])\s*", r"\1", duckdb_type.strip()).upper()


def _create_table(table: str, types: Mapping[str, str]) -> str:
    columns = ", ".join(definition(name, duckdb_type) for name, duckdb_type in types.items())
    return f"CREATE TABLE {changes(table)} ({columns})"


def definition(column: str, duckdb_type: str) -> str:
    """A column of a table of versions, in the statement that creates it."""
    compression = f" USING COMPRESSION {COMPRESSIONS[column]}" if column in COMPRESSIONS else ""
    return f"{quote(column)} {duckdb_type}{compression}"


def _alter(table: str, old: StoredColumn | None, column: str, duckdb_type: str) -> list[str]:
    if old is not None and old.duckdb_type == duckdb_type:
        return []
    action = f"ADD COLUMN {quote(column)}" if old is None else f"ALTER COLUMN {quote(column)} TYPE"
    return [f"ALTER TABLE {changes(table)} {action} {duckdb_type}"]


def _comment(table: str, column: str, source_name: str | None) -> str:
    text = "NULL" if source_name is None else literal(source_name)
    return f"COMMENT ON COLUMN {changes(table)}.{quote(column)} IS {text}"
