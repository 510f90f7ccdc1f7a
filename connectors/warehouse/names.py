"""How names and values are written into SQL, and the names that this package gives.

What a sync runs has its values as constants and no parameters: with the first parameter DuckDB's client
imports NumPy and pandas where they are installed, to look whether it is one of theirs. That is half a second
of CPU and 40 MB, as much as the load of ten thousand rows.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

RAW = "raw_salesforce"
OPS = "ops"
CHANGES_SUFFIX = "__changes"
KEY = "id"

LOADER_COLUMNS = {
    "_loaded_at": "TIMESTAMP",
    "_load_id": "VARCHAR",
    "_job_id": "VARCHAR",
    "_deleted_at": "TIMESTAMP",
    "_deletion_kind": "VARCHAR",
}
# From when to when the warehouse held a version; the one that holds has no end.
VERSION_COLUMNS = {"_seen_at": "TIMESTAMP", "_superseded_at": "TIMESTAMP"}


def quote(name: str) -> str:
    """An identifier, quoted, so that `user` or `order` is a name and nothing else."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant, for the statements in which DuckDB takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def constant(value: object) -> str:
    """A value as SQL: None, a truth, a number, a text, a day or a naive instant (UTC). TypeError for others."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"CAST('{value!r}' AS DOUBLE)"
        case str():
            # A statement ends at a NUL.
            return " || chr(0) || ".join(map(literal, value.split("\0")))
        case datetime() if value.tzinfo is None:
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        case date() if not isinstance(value, datetime):
            return f"DATE '{value.isoformat()}'"
        case Decimal():
            return f"CAST('{value:f}' AS DECIMAL(38, {max(0, -int(value.as_tuple().exponent))}))"
        case _:
            raise TypeError(f"{value!r} cannot be written into SQL; give a number, a text, a day or a naive instant")


def constants(values: Iterable[object]) -> str:
    """Values as a list between brackets."""
    return f"({', '.join(map(constant, values))})"


def listing(names: Iterable[str]) -> str:
    return ", ".join(quote(name) for name in names)


def raw(table: str) -> str:
    """The rows of an object as they are now, a view: `raw_salesforce."user"`."""
    return f"{RAW}.{quote(table)}"


def changes(table: str) -> str:
    """The table of every version of an object's rows; none is ever removed."""
    return raw(table + CHANGES_SUFFIX)
