"""What there is to judge: the tables and columns of the warehouse, and how many rows a check judges."""

from collections.abc import Sequence

import duckdb

from expectations.check import Check


def present(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Every table and view as `schema.table`, and each of their columns as `schema.table.column`."""
    rows = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where not internal and database_name = current_database()"
    ).fetchall()
    tables = {f"{schema}.{table}" for schema, table, _ in rows}
    return frozenset(tables | {f"{schema}.{table}.{column}" for schema, table, column in rows})


def missing(check: Check, there: frozenset[str]) -> tuple[str, ...]:
    """What a check needs and is not there; its own table first."""
    return tuple(name for name in (check.table, *check.needs) if name not in there)


def evaluated_counts(connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> dict[str, int]:
    """The number of rows that each check judges, by check name. All checks are on one table."""
    queries = {check.name: check.population or _row_count(check.table) for check in checks}
    counts = {query: _number(connection, query) for query in set(queries.values())}
    return {name: counts[query] for name, query in queries.items()}


def _row_count(table: str) -> str:
    schema, name = table.split(".")
    return f'select count(*) from "{schema}"."{name}"'


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
