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
SEEN_AT = {"_seen_at": "TIMESTAMP"}


def quote(name: str) -> str:
    """An identifier, quoted, so that `user` or `order` is a name and nothing else."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant, for the statements in which DuckDB takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def listing(names: Iterable[str]) -> str:
    return ", ".join(quote(name) for name in names)


def raw(table: str) -> str:
    """The raw table of an object: `raw_salesforce."user"`."""
    return f"{RAW}.{quote(table)}"


def changes(table: str) -> str:
    """The append-only log of every version of an object's rows."""
    return raw(table + CHANGES_SUFFIX)
