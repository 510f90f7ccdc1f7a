"""Rows of a warehouse's raw schema changed by hand, as a sync would have loaded the change."""

from datetime import datetime

import duckdb

STAMPED = ("forecasting_quota", "lead", "opportunity", "task", "user")


def change(
    warehouse: duckdb.DuckDBPyConnection, table: str, key: str | None, at: datetime, change: str, where: str = ""
) -> None:
    """A new version of a row; the one before ends, unless it gets an id of its own."""
    versions, where = f'raw_salesforce."{table}__changes"', where or f"id = '{key}'"
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM {versions} WHERE {where} AND _superseded_at IS NULL"
    )
    stamp = ", last_modified_date = $1" if table in STAMPED else ""
    warehouse.execute("UPDATE changed SET _loaded_at = $1, _seen_at = $1" + stamp, [at])
    warehouse.execute(f"UPDATE changed SET {change}")
    if key is not None:
        warehouse.execute(f"UPDATE {versions} SET _superseded_at = $1 WHERE {where} AND _superseded_at IS NULL", [at])
    warehouse.execute(f"INSERT INTO {versions} SELECT * FROM changed")
