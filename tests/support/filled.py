"""A warehouse's raw schema filled from an org in this process: the tables as syncs leave them, without the syncs.

For what needs a large warehouse or one at several instants and is not about fetching: each `fill` is one sync of
everything at the org's clock. No landing zone, no ledger of loads; the cursors are there.
"""

from datetime import datetime, timedelta
from typing import Any

import duckdb

from connectors.salesforce.describe import ObjectDescription, expected_columns, parse_description
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import OBJECTS
from connectors.sandbox.metadata.describe import describe_object
from connectors.sandbox.store.org import Org
from connectors.warehouse.names import LOADER_COLUMNS, changes, constant, constants, listing, quote, raw
from connectors.warehouse.schemas import ensure_table
from connectors.warehouse.whole import replace_table
from orchestration.defs import finance

URL = "https://company.example.com"
LAG = timedelta(minutes=1)


def fill(warehouse: duckdb.DuckDBPyConnection, org: Org) -> dict[str, int]:
    """Bring the raw tables to the org's clock; new versions by table."""
    seen_at = org.clock.now.replace(tzinfo=None)
    schema, bookings = finance.KEY.path
    replace_table(warehouse, schema, bookings, finance.COLUMNS, [], comment="Finance keeps no bookings here.")
    return {table_name(entry.name): _fill_object(warehouse, org, entry.name, seen_at) for entry in OBJECTS}


def _fill_object(warehouse: duckdb.DuckDBPyConnection, org: Org, name: str, seen_at: datetime) -> int:
    table, expected = table_name(name), expected_columns(name)
    sobject = org.schema.get(name)
    told = parse_description(describe_object(sobject, "62.0")) if sobject else None
    ensure_table(warehouse, table, told.columns if told else (), expected=expected, object_name=name, seen_at=seen_at)
    if told is None:
        return 0
    count = _take(warehouse, org, told, table, seen_at)
    _note_cursor(warehouse, told, table, seen_at)
    return count


def _take(
    warehouse: duckdb.DuckDBPyConnection, org: Org, told: ObjectDescription, table: str, seen_at: datetime
) -> int:
    """Insert the org's rows that the table does not hold as they are, and end the versions they supersede."""
    read = ", ".join(f'"{column.source_name}"' for column in told.columns)
    reader: Any = org.cursor().execute(f'SELECT {read} FROM current."{told.name}"').to_arrow_reader(100_000)
    typed = ", ".join(f'CAST("{column.source_name}" AS {column.duckdb_type})' for column in told.columns)
    names = [column.name for column in told.columns]
    warehouse.register("arriving", reader)
    is_first = warehouse.execute(f"SELECT 1 FROM {changes(table)} LIMIT 1").fetchone() is None
    if not is_first:
        warehouse.execute(
            f"CREATE OR REPLACE TEMP TABLE arrived AS SELECT * FROM (SELECT {typed} FROM arriving) t({listing(names)}) "
            f"EXCEPT SELECT {listing(names)} FROM {raw(table)}"
        )
        warehouse.execute(
            f"UPDATE {changes(table)} SET _superseded_at = $1 "
            "WHERE _superseded_at IS NULL AND id IN (SELECT id FROM arrived)",
            [seen_at],
        )
    rows = f"SELECT {typed} FROM arriving" if is_first else "SELECT * FROM arrived"
    is_deleted = "is_deleted" if "is_deleted" in names else "false"
    stamp = next((each for each in ("last_modified_date", "system_modstamp") if each in names), "NULL")
    loader = {
        "_loaded_at": "$1::TIMESTAMP",
        "_load_id": "'filled'",
        "_job_id": "'filled'",
        "_deleted_at": f"CASE WHEN {is_deleted} THEN {stamp} END",
        "_deletion_kind": f"CASE WHEN {is_deleted} THEN 'soft' END",
    }
    assert loader.keys() == LOADER_COLUMNS.keys()
    warehouse.execute(
        f"INSERT INTO {changes(table)} ({listing([*names, *loader])}, _seen_at) "
        f"SELECT {listing(names)}, {', '.join(loader.values())}, $1 FROM ({rows}) t({listing(names)})",
        [seen_at],
    )
    warehouse.unregister("arriving")
    row = warehouse.execute(f"SELECT count(*) FROM {changes(table)} WHERE _seen_at = $1", [seen_at]).fetchone()
    return int(row[0]) if row else 0


def _note_cursor(warehouse: duckdb.DuckDBPyConnection, told: ObjectDescription, table: str, seen_at: datetime) -> None:
    state = [told.name, table, told.cursor_column, seen_at - LAG, 0, URL, "GMT", "filled", seen_at, "00D"]
    warehouse.execute("DELETE FROM ops.sync_state WHERE object_name = $1", [told.name])
    warehouse.execute(f"INSERT INTO ops.sync_state VALUES {constants(state)}")


def multiply(warehouse: duckdb.DuckDBPyConnection, copies: int) -> None:
    """Make the company `copies` times as large: it and its twins, each with people and customers of its own."""
    tables = [table_name(entry.name) for entry in OBJECTS if entry.name not in SHARED]
    own = [
        prefix
        for table in tables
        for (prefix,) in warehouse.execute(f"SELECT DISTINCT substr(id, 1, 3) FROM {changes(table)}").fetchall()
    ]
    for table in tables:
        columns = _columns(warehouse, table)
        for number in range(1, copies):
            mark = chr(ord("a") + number)
            values = ", ".join(_twin(name, mark, own) if kind == "VARCHAR" else quote(name) for name, kind in columns)
            warehouse.execute(
                f"INSERT INTO {changes(table)} SELECT {values} FROM {changes(table)} WHERE substr(id, 6, 1) = '0'"
            )
        assert warehouse.execute(f"SELECT count(*) = count(DISTINCT id) FROM {raw(table)}").fetchone() == (True,), table


SHARED = frozenset(
    {"Organization", "Period", "OpportunityStage", "RecordType", "UserRole", "CurrencyType", "OpportunitySplitType"}
)


def _columns(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return warehouse.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw_salesforce' "
        f"AND table_name = '{table}__changes' ORDER BY column_index"
    ).fetchall()


def _twin(name: str, mark: str, own: list[str]) -> str:
    """The value of the twin: an id of an object that is multiplied gets a mark, other texts stay."""
    column, prefixes = quote(name), ", ".join(map(constant, own))
    is_id = f"length({column}) = 18 AND substr({column}, 1, 3) IN ({prefixes}) AND substr({column}, 6, 1) = '0'"
    return f"CASE WHEN {is_id} THEN substr({column}, 1, 5) || '{mark}' || substr({column}, 7) ELSE {column} END"
