"""A copy is proven by counting it as a reader would."""

from pathlib import Path

import duckdb
import pytest

from connectors.warehouse import snapshot
from connectors.warehouse.errors import PublicationMismatchError


def test_a_copy_with_other_counts_than_the_warehouse_is_refused(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute("CREATE SCHEMA marts; CREATE TABLE marts.dim_users AS FROM range(50)")
    tables = snapshot.sources(warehouse, ["marts"], [])
    file = tmp_path / "copy.duckdb"
    assert snapshot.copy(warehouse, tables, file) == {"marts.dim_users": 50}
    snapshot.prove_and_export(file, tables, {"marts.dim_users": 50}, tmp_path / "parquet")
    with pytest.raises(PublicationMismatchError, match=r"marts\.dim_users: the copy holds 50 rows, the warehouse 51"):
        snapshot.prove_and_export(file, tables, {"marts.dim_users": 51}, tmp_path / "again")


def test_a_failed_copy_leaves_nothing_attached(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    absent = snapshot.Source("marts", "absent", None)
    for _ in range(2):
        with pytest.raises(duckdb.CatalogException, match="absent"):
            snapshot.copy(warehouse, [absent], tmp_path / "copy.duckdb")
    attached = "SELECT database_name FROM duckdb_databases() WHERE NOT internal"
    assert warehouse.execute(attached).fetchall() == [("warehouse",)]
