"""What the last whole build of the models was made from, so that the next one can be built upon it.

A build upon it makes a note that it has begun: were it to break off, what it has left could be of either. The marts
are not looked at here, nor is it known what a model is: `fingerprint` stands for all that is not data (the models,
their settings), whoever calls this makes it.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from connectors.warehouse.names import CHANGES_SUFFIX, OPS, RAW, changes, constants, quote
from connectors.warehouse.ops import create_schemas


@dataclass(frozen=True, slots=True)
class Sources:
    """What the raw tables hold: their columns, rows by table and the last load of all (naive UTC); None: none yet.

    `marks` are of the tables that models read and no load appends to, by "schema.table": another one for other rows.
    """

    columns: str
    rows: dict[str, int]
    loaded_at: datetime | None
    as_of: datetime | None
    marks: dict[str, str] = field(default_factory=dict)


def sources(connection: duckdb.DuckDBPyConnection) -> Sources:
    """The raw tables as they are now."""
    rows: dict[str, int] = {}
    latest: list[datetime] = []
    for table in _tables(connection):
        count, loaded_at = _one(connection, f"SELECT count(*), max(_loaded_at) FROM {changes(table)}")
        rows[table] = count
        latest += [loaded_at] if loaded_at else []
    (columns,) = _one(
        connection,
        "SELECT coalesce(md5(string_agg(concat_ws(' ', table_name, column_name, data_type), ',' "
        "ORDER BY table_name, column_name)), '') "
        f"FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = '{RAW}'",
    )
    (as_of,) = _one(connection, f"SELECT max(cursor_at) FROM {OPS}.sync_state")
    marks = {f"{schema}.{table}": _mark(connection, schema, table) for schema, table in _replaced(connection)}
    return Sources(columns, rows, max(latest, default=None), as_of, marks)


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """No build is to be built upon until the next whole one."""
    create_schemas(connection)
    connection.execute(f"DELETE FROM {OPS}.builds")


def begin(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables are about to be built upon the last build: until the next `record` they may be newer than its note."""
    create_schemas(connection)
    connection.execute(f"UPDATE {OPS}.builds SET built_at = NULL")


def record(
    connection: duckdb.DuckDBPyConnection,
    fingerprint: str,
    made_from: Sources,
    built_at: datetime,
    proven: Iterable[str] = (),
) -> None:
    """The models are built, all of them, from these sources; `proven` are the tests that hold for them."""
    forget(connection)
    rows, marks, tests = (json.dumps(each) for each in (made_from.rows, made_from.marks, sorted(proven)))
    values = [fingerprint, made_from.columns, rows, made_from.loaded_at, made_from.as_of, built_at, marks, tests]
    connection.execute(f"INSERT INTO {OPS}.builds VALUES {constants(values)}")


def unchanged(connection: duckdb.DuckDBPyConnection, now: Sources) -> frozenset[str]:
    """The tables ("schema.table") that hold what the last build read of them; none after one that broke off."""
    found = connection.execute(
        f"SELECT row_counts, marks FROM {OPS}.builds WHERE built_at IS NOT NULL AND marks IS NOT NULL"
    ).fetchone()
    if found is None:
        return frozenset()
    rows, marks = (json.loads(each) for each in found)
    same = [table for table, count in now.rows.items() if rows.get(table) == count]
    appended = [f"{RAW}.{name}" for table in same for name in (table, table + CHANGES_SUFFIX)]
    return frozenset([*appended, *(table for table, mark in now.marks.items() if marks.get(table) == mark)])


def proven(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The tests that held for the tables of the last build; none after one that broke off."""
    found = connection.execute(f"SELECT proven FROM {OPS}.builds WHERE built_at IS NOT NULL").fetchone()
    return frozenset(json.loads(found[0] or "[]")) if found else frozenset()


def changed_since(
    connection: duckdb.DuckDBPyConnection, fingerprint: str, now: Sources, followed: Collection[str]
) -> datetime | None:
    """The last load that is in the models already; None if they must be built from all rows.

    That is so without a build before, after a change of the models or of raw columns, where rows changed of tables
    other than `followed`, and where rows that were there are not, or new ones pretend to be old.
    """
    create_schemas(connection)
    last = connection.execute(f"SELECT fingerprint, columns, row_counts, loaded_at, as_of FROM {OPS}.builds").fetchone()
    if last is None or last[0] != fingerprint or last[1] != now.columns or last[3] is None:
        return None
    before: dict[str, int] = json.loads(last[2])
    loaded_at: datetime = last[3]
    as_of: datetime | None = last[4]
    if before.keys() != now.rows.keys() or now.as_of is None or (as_of is not None and now.as_of < as_of):
        return None
    if any(now.rows[table] != count for table, count in before.items() if table not in followed):
        return None
    known = {table: _one(connection, _older(table, loaded_at))[0] for table in before}
    return loaded_at if known == before else None


def last_as_of(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The as-of instant (naive UTC) of the last whole build; None without one."""
    create_schemas(connection)
    as_of: datetime | None = _one(connection, f"SELECT max(as_of) FROM {OPS}.builds")[0]
    return as_of


def _older(table: str, loaded_at: datetime) -> str:
    return f"SELECT count(*) FROM {changes(table)} WHERE _loaded_at <= TIMESTAMP '{loaded_at.isoformat(sep=' ')}'"


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() "
        f"AND schema_name = '{RAW}' AND table_name LIKE '%\\_\\_changes' ESCAPE '\\' ORDER BY 1"
    ).fetchall()
    return [name.removesuffix(CHANGES_SUFFIX) for (name,) in found]


def _replaced(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Tables that are written anew as a whole: the other raw ones, and how far each object is synced."""
    return connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() "
        f"AND ((schema_name LIKE 'raw\\_%' ESCAPE '\\' AND schema_name <> '{RAW}') "
        f"OR (schema_name = '{OPS}' AND table_name = 'sync_state')) ORDER BY ALL"
    ).fetchall()


def _mark(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    name = f"{quote(schema)}.{quote(table)}"
    (mark,) = _one(connection, f"SELECT concat_ws(' ', count(*), sum(hash(t))) FROM {name} AS t")
    return str(mark)


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchone() or (None, None)
