"""How names and text are written into SQL, and the names that this package gives."""

from collections.abc import Iterable

RAW = "raw_salesforce"
OPS = "ops"
CHANGES_SUFFIX = "__changes"

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


def listing(names: Iterable[str]) -> str:
    return ", ".join(quote(name) for name in names)


def raw(table: str) -> str:
    """The rows of an object as they are now, a view: `raw_salesforce."user"`."""
    return f"{RAW}.{quote(table)}"


def changes(table: str) -> str:
    """The table of every version of an object's rows; none is ever removed."""
    return raw(table + CHANGES_SUFFIX)
