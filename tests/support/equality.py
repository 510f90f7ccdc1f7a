"""Whether the warehouse holds what the org holds: row by row, by hash, deletions and ledgers included."""

from typing import Any

from connectors.salesforce.describe import duckdb_type
from connectors.salesforce.naming import column_names, table_name
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.store.org import Org

MOST_SHOWN = 5


def differences(org: Org, connection: Any, name: str) -> list[str]:
    """What is wrong with the warehouse's table of an sObject, as sentences; empty if nothing is.

    Rows that the org does not show any more may be there, as tombstones. `connection` is the warehouse's.
    """
    sobject, table = org.schema[name], f'raw_salesforce."{table_name(name)}"'
    columns = column_names(name, [field.name for field in sobject.columns])
    names = ", ".join(f'"{column}"' for column in columns.values())
    deleted = "coalesce(s.is_deleted, false)" if "IsDeleted" in columns else "false"
    connection.register("source_rows", org.cursor().execute(_source(sobject, columns)).to_arrow_table())
    found = []
    try:
        checks = {
            "is missing or differs": f"SELECT s.id FROM source_rows s LEFT JOIN {table} w ON s.id = w.id WHERE w.id IS "
            f"NULL OR hash({_of('s', names)}) <> hash({_of('w', names)})",
            "is there and not at the source": f"SELECT w.id FROM {table} w ANTI JOIN source_rows s ON s.id = w.id "
            "WHERE w._deleted_at IS NULL",
            "is there more than once": f"SELECT id FROM {table} GROUP BY id HAVING count(*) > 1",
            "has no right tombstone": f"SELECT w.id FROM {table} w JOIN source_rows s ON s.id = w.id "
            f"WHERE (w._deleted_at IS NOT NULL) <> {deleted}",
            "is not the last one of its change log": _log_check(table, names),
        }
        for what, sql in checks.items():
            ids = [row[0] for row in connection.execute(f"{sql} ORDER BY 1").fetchall()]
            if ids:
                found.append(f"{name}: {len(ids)} rows, each of which {what}: {', '.join(map(str, ids[:MOST_SHOWN]))}")
    finally:
        connection.unregister("source_rows")
    return found + _ledger_differences(connection, name, table)


def _source(sobject: SObject, columns: dict[str, str]) -> str:
    shown = [
        f'CAST("{field.name}" AS {duckdb_type(field.type, field.scale)}) AS "{columns[field.name]}"'
        for field in sobject.columns
    ]
    return f'SELECT {", ".join(shown)} FROM current."{sobject.name}"'


def _of(alias: str, names: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in names.split(", "))


def _log_check(table: str, names: str) -> str:
    log = table[:-1] + '__changes"'
    return (
        f"SELECT w.id FROM {table} w LEFT JOIN (SELECT id, arg_max(hash({names}), _seen_at) AS hashed, "
        f"count(*) FILTER (_superseded_at IS NULL) AS holding FROM {log} GROUP BY id) c ON c.id = w.id "
        f"WHERE c.id IS NULL OR c.hashed <> hash({_of('w', names)}) OR c.holding <> 1"
    )


def _ledger_differences(connection: Any, name: str, table: str) -> list[str]:
    """The ledgers were written with the rows."""
    (live,) = connection.execute(f"SELECT count(*) FROM {table} WHERE _deleted_at IS NULL").fetchone()
    counted = connection.execute("SELECT row_count FROM ops.sync_state WHERE object_name = ?", [name]).fetchall()
    found = [] if counted == [(live,)] else [f"{name}: sync_state counts {counted} and {live} rows are there"]
    sql = (
        "SELECT count(*) FROM ops.loads l WHERE object_name = ? AND page_count <> (SELECT count(*) "
        "FROM ops.landing_pages p WHERE p.object_name = l.object_name AND p.job_id = l.job_id)"
    )
    (unlike,) = connection.execute(sql, [name]).fetchone()
    return found + ([f"{name}: {unlike} loads have other pages than landing_pages tells"] if unlike else [])
