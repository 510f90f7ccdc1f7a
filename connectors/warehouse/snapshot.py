"""Copying tables of the warehouse into a fresh DuckDB file and Parquet files, and proving the copy.

Which version is current is `publish`'s business.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from connectors.warehouse.connection import connect, transaction
from connectors.warehouse.errors import (
    NothingToPublishError,
    PublicationMismatchError,
    PublishError,
    UnpublishableColumnError,
)
from connectors.warehouse.names import OPS, literal, quote

# The oldest that DuckDB 1.5 writes: every DuckDB from 1.0 on reads such a file.
STORAGE_VERSION = "v1.0.0"
COPY = "publication"
# Most questions of a series of periods or versions are of the one that runs. Side by side its rows are in few row
# groups, and the others are passed over. A whole sort would do more, at a quarter more CPU.
FIRST = "is_current"
# Filters that few readers ask, and dictionaries of texts that hardly repeat, cost a sixth of the writing and make the
# files larger. DuckDB by itself lets a dictionary grow to 64 MB.
PARQUET = "FORMAT parquet, COMPRESSION zstd, WRITE_BLOOM_FILTER false, STRING_DICTIONARY_PAGE_SIZE_LIMIT 100000"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a table or view that is to be copied."""

    name: str
    duckdb_type: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """A table or view that is to be copied as a table."""

    schema: str
    name: str
    comment: str | None
    columns: tuple[SourceColumn, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        return f"{quote(self.schema)}.{quote(self.name)}"


def sources(
    connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], ops_tables: Sequence[str]
) -> tuple[Source, ...]:
    """What is to be published; refuses what could not be read well: see `errors`."""
    found = connection.execute(
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE database_name = current_database() "
        "UNION ALL SELECT schema_name, view_name, comment FROM duckdb_views() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY 1, 2"
    ).fetchall()
    columns = _columns(connection)
    tables = [Source(schema, name, comment, tuple(columns[schema, name])) for schema, name, comment in found]
    published = [table for table in tables if table.schema in schemas]
    if not published:
        raise NothingToPublishError(tuple(schemas))
    ledgers = [table for table in tables if table.schema == OPS and table.name in ops_tables]
    if absent := set(ops_tables) - {table.name for table in ledgers}:
        raise PublishError(f"The warehouse lacks ops.{', ops.'.join(sorted(absent))}. Load something first.")
    names = [table.name for table in (*published, *ledgers)]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise PublishError(f"Two tables are named {', '.join(sorted(repeated))}; rename one of the models.")
    for table in (*published, *ledgers):
        _refuse_zoned_columns(table)
    return (*published, *ledgers)


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[SourceColumn]]:
    """The columns of each table by schema and name. Asked once, as DuckDB goes through all tables to tell of one."""
    found = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[tuple[str, str], list[SourceColumn]] = defaultdict(list)
    for schema, table, *column in found:
        columns[schema, table].append(SourceColumn(*column))
    return columns


def copy(connection: duckdb.DuckDBPyConnection, tables: Sequence[Source], file: Path) -> dict[str, int]:
    """Write a DuckDB file with the tables and their comments; the warehouse's rows by table."""
    with _attached(connection, file):
        with transaction(connection):
            for schema in {table.schema for table in tables}:
                connection.execute(f"CREATE SCHEMA {COPY}.{quote(schema)}")
            rows = {table.title: _copy_table(connection, table) for table in tables}
        connection.execute(f"CHECKPOINT {COPY}")
    return rows


def prove_and_export(file: Path, tables: Sequence[Source], rows: Mapping[str, int], parquet_folder: Path) -> None:
    """Open the copy as a reader does, count it, and write one Parquet file per table, counted again.

    Raises PublicationMismatchError.
    """
    parquet_folder.mkdir()
    with connect(file, read_only=True) as reader:
        for table in tables:
            _refuse_difference(reader, table.sql_name, table.title, rows[table.title])
            path = parquet_folder / f"{table.name}.parquet"
            target = literal(str(path))
            reader.execute(f"COPY {table.sql_name} TO {target} ({PARQUET})")
            _refuse_difference(reader, f"read_parquet({target})", path.name, rows[table.title])


def _refuse_difference(reader: duckdb.DuckDBPyConnection, relation: str, title: str, expected: int) -> None:
    if (actual := _count(reader, relation)) != expected:
        raise PublicationMismatchError(title, expected, actual)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path) -> Iterator[None]:
    options = f"READ_WRITE, STORAGE_VERSION {literal(STORAGE_VERSION)}"
    connection.execute(f"ATTACH {literal(str(file))} AS {COPY} ({options})")
    try:
        yield
    finally:
        connection.execute(f"DETACH {COPY}")


def _copy_table(connection: duckdb.DuckDBPyConnection, table: Source) -> int:
    target = f"{COPY}.{table.sql_name}"
    connection.execute(f"CREATE TABLE {target} AS {_rows(table)}")
    if table.comment is not None:
        connection.execute(f"COMMENT ON TABLE {target} IS {literal(table.comment)}")
    for column in table.columns:
        if column.comment is not None:
            connection.execute(f"COMMENT ON COLUMN {target}.{quote(column.name)} IS {literal(column.comment)}")
    return _count(connection, table.sql_name)


def _rows(table: Source) -> str:
    """The query of all rows, in the order in which they are written."""
    everything = f"FROM {table.sql_name}"
    if not any((column.name, column.duckdb_type) == (FIRST, "BOOLEAN") for column in table.columns):
        return everything
    return f"{everything} WHERE {FIRST} UNION ALL {everything} WHERE {FIRST} IS NOT TRUE"


def _refuse_zoned_columns(table: Source) -> None:
    for column in table.columns:
        if "WITH TIME ZONE" in column.duckdb_type:
            raise UnpublishableColumnError(table.title, column.name, column.duckdb_type)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return int(row[0]) if row else 0
