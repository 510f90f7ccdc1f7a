"""Bringing a warehouse of an older version to the present layout, in place, when it is opened.

In version 0.1.0 an object's rows lay in a table of their own beside `<object>__changes`; now they are a view of it.
Later the source's spelling of columns was told by the columns alone; now their table tells it too.
"""

import logging

import duckdb

from connectors.warehouse import evolution
from connectors.warehouse.connection import transaction
from connectors.warehouse.names import CHANGES_SUFFIX, LOADER_COLUMNS, RAW, changes, constant, literal, quote, raw
from connectors.warehouse.schemas import source_names

log = logging.getLogger("salespulse.warehouse")


def upgrade(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn each pair of tables of the old layout into a table of versions and a view; tell columns at their table."""
    names = _raw_tables(connection)
    for table in sorted(name for name in names if name + CHANGES_SUFFIX in names):
        log.info("%s: its rows become a view of its versions", table)
        with transaction(connection):
            _join(connection, table)
    for name in [name for name, comment in names.items() if comment is None and name.endswith(CHANGES_SUFFIX)]:
        table = name.removesuffix(CHANGES_SUFFIX)
        connection.execute(evolution.named(table, source_names(connection, table)))


def _raw_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The tables of the raw schema with their comments."""
    found = connection.execute(
        f"SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = {constant(RAW)} "
        "AND database_name = current_database()"
    ).fetchall()
    return dict(found)


def _join(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [RAW, table],
    ).fetchall()
    versions = changes(table)
    connection.execute(f"ALTER TABLE {versions} ADD COLUMN _superseded_at TIMESTAMP")
    connection.execute(
        f"UPDATE {versions} SET _superseded_at = followed.next_at FROM (SELECT rowid AS place, "
        f"lead(_seen_at) OVER (PARTITION BY id ORDER BY _seen_at) AS next_at FROM {versions}) AS followed "
        f"WHERE rowid = followed.place AND followed.next_at IS NOT NULL"
    )
    connection.execute(f"DROP TABLE {raw(table)}")
    connection.execute(evolution.view(table, [name for name, _ in columns if name not in LOADER_COLUMNS]))
    for name, comment in columns:
        if comment is not None:
            connection.execute(f"COMMENT ON COLUMN {versions}.{quote(name)} IS {literal(comment)}")
