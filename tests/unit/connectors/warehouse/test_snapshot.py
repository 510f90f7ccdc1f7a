"""A copy is proven by counting it as a reader would."""

from pathlib import Path

import duckdb
import pytest

from connectors.warehouse import snapshot
from connectors.warehouse.connection import connect
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


def test_current_rows_come_first_and_no_row_is_lost(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    warehouse.execute(
        "CREATE SCHEMA marts; CREATE TABLE marts.fct_kpis AS SELECT i AS period, "
        "CASE WHEN i < 4000 THEN i % 2 = 1 END AS is_current FROM range(6000) r(i)"
    )
    warehouse.execute("COMMENT ON COLUMN marts.fct_kpis.is_current IS 'Whether the period runs.'")
    tables = snapshot.sources(warehouse, ["marts"], [])
    assert snapshot.copy(warehouse, tables, tmp_path / "copy.duckdb") == {"marts.fct_kpis": 6000}
    with connect(tmp_path / "copy.duckdb", read_only=True) as reader:
        assert reader.execute(
            "SELECT bool_and(is_current IS TRUE = (rowid < 2000)) FROM marts.fct_kpis"
        ).fetchall() == [(True,)]
        copied = reader.execute("FROM marts.fct_kpis ORDER BY ALL").fetchall()
        (comment,) = reader.execute("SELECT comment FROM duckdb_columns() WHERE column_name = 'is_current'").fetchall()
    assert copied == warehouse.execute("FROM marts.fct_kpis ORDER BY ALL").fetchall()
    assert comment == ("Whether the period runs.",)


def test_a_parquet_file_holds_the_rows_of_its_table_where_texts_repeat_and_where_they_do_not(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute(
        "CREATE SCHEMA marts; CREATE TABLE marts.fct_activities AS SELECT 'activity ' || i AS id, "
        "CASE i % 3 WHEN 0 THEN 'call' WHEN 1 THEN '' END AS kind, (i / 7)::DECIMAL(18, 2) AS hours "
        "FROM range(20_000) r(i)"
    )
    tables = snapshot.sources(warehouse, ["marts"], [])
    rows = snapshot.copy(warehouse, tables, tmp_path / "copy.duckdb")
    snapshot.prove_and_export(tmp_path / "copy.duckdb", tables, rows, tmp_path / "parquet")
    file = tmp_path / "parquet" / "fct_activities.parquet"
    ((other, types),) = warehouse.execute(
        f"SELECT (SELECT count(*) FROM (FROM marts.fct_activities EXCEPT ALL FROM '{file}')), "
        f"(SELECT list(column_type) FROM (DESCRIBE FROM '{file}'))"
    ).fetchall()
    assert (other, types) == (0, ["VARCHAR", "VARCHAR", "DECIMAL(18,2)"])
