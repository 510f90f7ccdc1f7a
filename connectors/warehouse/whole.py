"""Tables that are read anew as a whole: replaced in one transaction, so that a failed reading changes nothing.

Objects of the CRM are merged instead; see `landing`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from connectors.warehouse import instants
from connectors.warehouse.connection import transaction
from connectors.warehouse.names import constant, quote

ROWS_A_STATEMENT = 1_000


def replace_table(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    *,
    comment: str,
    now: datetime | None = None,
) -> int:
    """Make the table of these rows (values in the order of `columns`, name → DuckDB type), and count it.

    A column `_loaded_at` is added. All or nothing: on any error the table stays as it was.
    """
    name = f"{quote(schema)}.{quote(table)}"
    listed = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
    loaded_at = constant(instants.stored(now or instants.now()))
    with transaction(connection):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
        connection.execute(f"CREATE OR REPLACE TABLE {name} ({listed}, _loaded_at TIMESTAMP NOT NULL)")
        connection.execute(f"COMMENT ON TABLE {name} IS {constant(comment)}")
        for first in range(0, len(rows), ROWS_A_STATEMENT):
            some = rows[first : first + ROWS_A_STATEMENT]
            values = ", ".join(f"({', '.join(map(constant, row))}, {loaded_at})" for row in some)
            connection.execute(f"INSERT INTO {name} VALUES {values}")
    return len(rows)
