"""A base in the landing zone: the raw schema as of one load, from which a rebuilding can set out.

    <landing>/base/<number of the load>/base.json, <table>.parquet, ops/<table>.parquet

It holds every version of every row, so the pages of the loads up to it are needed no more. A base is
whole or it is not there: its document is written last.
"""

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from connectors.landing_zone import LandingZoneError, read_json, write_json
from connectors.warehouse import evolution
from connectors.warehouse.connection import transaction
from connectors.warehouse.logbook import last_load
from connectors.warehouse.names import (
    CHANGES_SUFFIX,
    LOADER_COLUMNS,
    OPS,
    RAW,
    VERSION_COLUMNS,
    changes,
    literal,
    quote,
)
from connectors.warehouse.ops import create_schemas

log = logging.getLogger("salespulse.warehouse")

FOLDER = "base"
DOCUMENT = "base.json"
# What a load writes: with these a rebuilt warehouse goes on where this one stands.
LEDGERS = ("sync_state", "loads", "landing_pages", "rejects", "schema_changes")


@dataclass(frozen=True, slots=True)
class Base:
    """A base that is whole. `number` is that of the last load in it."""

    number: int
    folder: Path


def newest(landing: Path) -> Base | None:
    """The base to set out from; None if there is none."""
    found = [Base(int(path.parent.name), path.parent) for path in (landing / FOLDER).glob(f"*/{DOCUMENT}")]
    return max(found, key=lambda base: base.number, default=None)


def write(connection: duckdb.DuckDBPyConnection, landing: Path) -> Base:
    """Write the raw schema and the ledgers of its loads down as they are now, counted, older bases removed."""
    number = last_load(connection)
    folder = landing / FOLDER / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / OPS).mkdir(parents=True)
    tables = {table: _describe(connection, table) for table in version_tables(connection)}
    rows = {table: _export(connection, changes(table), folder / f"{table}.parquet") for table in tables}
    for name in LEDGERS:
        _export(connection, f"{OPS}.{name}", folder / OPS / f"{name}.parquet")
    document = {
        "number": number,
        "tables": {table: {"rows": rows[table], "columns": tables[table]} for table in tables},
    }
    write_json(folder / DOCUMENT, document)
    for other in (landing / FOLDER).iterdir():
        if other != folder:
            shutil.rmtree(other)
    log.info("A base of %s rows was written to %s", f"{sum(rows.values()):,}", folder)
    return Base(number, folder)


def restore(connection: duckdb.DuckDBPyConnection, base: Base) -> None:
    """Make the raw schema and its ledgers in an empty warehouse what they were. Raises LandingZoneError."""
    document = read_json(base.folder / DOCUMENT)
    create_schemas(connection)
    try:
        with transaction(connection):
            for table, described in document["tables"].items():
                _import(connection, base.folder / f"{table}.parquet", table, described)
            for name in LEDGERS:
                source = literal(str(base.folder / OPS / f"{name}.parquet"))
                connection.execute(f"INSERT INTO {OPS}.{name} BY NAME SELECT * FROM read_parquet({source})")
    except (duckdb.Error, KeyError) as error:
        raise LandingZoneError(base.folder, str(error).splitlines()[0]) from error


def version_tables(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The objects that have a table of versions, by name."""
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? "
        "AND ends_with(table_name, ?) ORDER BY 1",
        [RAW, CHANGES_SUFFIX],
    ).fetchall()
    return tuple(name.removesuffix(CHANGES_SUFFIX) for (name,) in found)


def _describe(connection: duckdb.DuckDBPyConnection, table: str) -> list[list[str | None]]:
    found = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [RAW, table + CHANGES_SUFFIX],
    ).fetchall()
    return [list(row) for row in found]


def _export(connection: duckdb.DuckDBPyConnection, relation: str, file: Path) -> int:
    target = literal(str(file))
    connection.execute(f"COPY {relation} TO {target} (FORMAT parquet, COMPRESSION zstd)")
    with file.open("rb") as content:
        os.fsync(content.fileno())  # the pages that it stands for are removed next
    written, stored = (_count(connection, source) for source in (f"read_parquet({target})", relation))
    if written != stored:
        raise LandingZoneError(file, f"it holds {written:,} rows instead of {stored:,}")
    return stored


def _import(connection: duckdb.DuckDBPyConnection, file: Path, table: str, described: dict[str, Any]) -> None:
    columns = described["columns"]
    listed = ", ".join(evolution.definition(name, kind) for name, kind, _ in columns)
    connection.execute(f"CREATE TABLE {changes(table)} ({listed})")
    connection.execute(f"INSERT INTO {changes(table)} BY NAME SELECT * FROM read_parquet({literal(str(file))})")
    added = (*LOADER_COLUMNS, *VERSION_COLUMNS)
    connection.execute(evolution.view(table, [name for name, _, _ in columns if name not in added]))
    for name, _, comment in columns:
        if comment is not None:
            connection.execute(f"COMMENT ON COLUMN {changes(table)}.{quote(name)} IS {literal(comment)}")
    connection.execute(evolution.named(table, {name: comment for name, _, comment in columns if comment is not None}))
    if (count := _count(connection, changes(table))) != described["rows"]:
        raise LandingZoneError(file, f"it holds {count:,} rows instead of {described['rows']:,}")


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0
