"""Publishing: whole, proven, atomic; and the current version survives whatever fails."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import RunLock, connect
from connectors.warehouse.errors import (
    NothingToPublishError,
    PublishError,
    UnpublishableColumnError,
    WarehouseLockedError,
)
from connectors.warehouse.ops import create_schemas
from connectors.warehouse.publish import publish

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
FILE = "current/sales_metrics.duckdb"

# Two tables that are always of one age, so that a torn version shows.
BUILD = """
CREATE SCHEMA IF NOT EXISTS marts;
CREATE OR REPLACE TABLE marts.dim_users AS SELECT {age} AS age, range AS user_id FROM range(50);
CREATE OR REPLACE TABLE marts.fct_opportunities AS SELECT {age} AS age, range AS id FROM range(500);
"""


@pytest.fixture
def built(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    create_schemas(warehouse)
    warehouse.execute(BUILD.format(age=0))
    return warehouse


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"


def age(home: Path) -> int:
    with connect(home / FILE, read_only=True) as reader:
        row = reader.execute("SELECT min(age) FROM marts.dim_users").fetchone()
        assert row is not None
        return int(row[0])


def test_a_publication_holds_marts_and_ledgers_as_database_and_parquet(
    built: duckdb.DuckDBPyConnection, home: Path
) -> None:
    publication = publish(built, home, run_id="r1", now=NOW)
    assert publication.version == "20261122T101500Z-001"
    assert publication.path == home / "versions" / publication.version
    assert dict(publication.tables) == {
        "marts.dim_users": 50,
        "marts.fct_opportunities": 500,
        "ops.check_results": 0,
        "ops.loads": 0,
        "ops.sync_state": 0,
    }
    assert (home / "current").readlink() == Path("versions/20261122T101500Z-001")
    rows = duckdb.sql(f"SELECT count(*) FROM '{home}/current/parquet/fct_opportunities.parquet'").fetchall()
    assert rows == [(500,)]
    assert json.loads((home / "current/version.json").read_text())["tables"] == dict(publication.tables)
    assert publication.bytes > (home / FILE).stat().st_size
    noted = built.execute("SELECT version, published_at, table_count, row_count FROM ops.publications").fetchall()
    assert noted == [(publication.version, NOW.replace(tzinfo=None), 5, 550)]


def test_older_clients_can_read_the_file_and_its_catalog_is_no_schema(
    built: duckdb.DuckDBPyConnection, home: Path
) -> None:
    publish(built, home, run_id="r1")
    with connect(home / FILE, read_only=True) as reader:
        found = reader.execute("SELECT database_name, tags FROM duckdb_databases() WHERE NOT internal").fetchall()
        schemas = reader.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()
    assert found == [("sales_metrics", {"storage_version": "v1.0.0+"})]
    assert sorted(schemas) == [("marts",), ("ops",)]
    assert not (home / "current/sales_metrics.duckdb.wal").exists()


def test_comments_and_views_are_published(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    built.execute(
        "COMMENT ON TABLE marts.dim_users IS 'One row per user''s account';"
        "COMMENT ON COLUMN marts.dim_users.user_id IS 'Key';"
        "CREATE VIEW marts.rpt_users AS FROM marts.dim_users"
    )
    assert publish(built, home, run_id="r1").tables["marts.rpt_users"] == 50
    with connect(home / FILE, read_only=True) as reader:
        tables = reader.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'dim_users'").fetchall()
        columns = reader.execute(
            "SELECT comment FROM duckdb_columns() WHERE (table_name, column_name) = ('dim_users', 'user_id')"
        ).fetchall()
    assert (tables, columns) == ([("One row per user's account",)], [("Key",)])


def test_a_warehouse_can_be_published_by_its_path_or_read_only(
    built: duckdb.DuckDBPyConnection, tmp_path: Path, home: Path
) -> None:
    built.close()
    publish(tmp_path / "warehouse.duckdb", home, run_id="r1")
    with connect(tmp_path / "warehouse.duckdb", read_only=True) as reader:
        assert publish(reader, home, run_id="r2").tables["marts.dim_users"] == 50
        assert reader.execute("SELECT run_id FROM ops.publications").fetchall() == [("r1",)]


def test_marts_without_tables_are_not_published(warehouse: duckdb.DuckDBPyConnection, home: Path) -> None:
    create_schemas(warehouse)
    with pytest.raises(NothingToPublishError, match="Build them"):
        publish(warehouse, home, run_id="r1")
    assert not (home / "current").exists()


def test_a_zoned_instant_is_not_published(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    built.execute("CREATE TABLE marts.bad AS SELECT now() AS seen_at")
    with pytest.raises(UnpublishableColumnError, match=r"marts\.bad\.seen_at is TIMESTAMP WITH TIME ZONE"):
        publish(built, home, run_id="r1")


def test_two_tables_for_one_parquet_file_are_refused(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    built.execute("CREATE TABLE marts.loads AS SELECT 1 AS id")
    with pytest.raises(PublishError, match="Two tables are named loads"):
        publish(built, home, run_id="r1")


def test_missing_ledgers_are_named(warehouse: duckdb.DuckDBPyConnection, home: Path) -> None:
    warehouse.execute(BUILD.format(age=0))
    with pytest.raises(PublishError, match=r"lacks ops\.check_results, ops\.loads, ops\.sync_state"):
        publish(warehouse, home, run_id="r1")


def test_rendering_gets_the_whole_new_version_before_it_is_current(
    built: duckdb.DuckDBPyConnection, home: Path
) -> None:
    seen: list[list[str]] = []

    def render(folder: Path) -> None:
        with connect(folder / "sales_metrics.duckdb", read_only=True) as reader:
            assert reader.execute("SELECT count(*) FROM marts.dim_users").fetchall() == [(50,)]
        seen.append(sorted(path.name for path in folder.iterdir()))
        assert not (home / "current").exists()
        (folder / "report").mkdir()
        (folder / "report/index.html").write_text("<p>")

    publish(built, home, run_id="r1", render=render)
    assert seen == [["parquet", "sales_metrics.duckdb"]]
    assert (home / "current/report/index.html").read_text() == "<p>"


@pytest.mark.parametrize("error", [OSError("no font"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_crash_while_rendering_leaves_the_current_version(
    built: duckdb.DuckDBPyConnection, home: Path, error: BaseException
) -> None:
    first = publish(built, home, run_id="r1")
    built.execute(BUILD.format(age=1))

    def render(folder: Path) -> None:
        raise error

    with pytest.raises(type(error)):
        publish(built, home, run_id="r2", render=render)
    assert age(home) == 0
    assert [path.name for path in (home / "versions").iterdir()] == [first.version]
    assert publish(built, home, run_id="r3").tables["marts.dim_users"] == 50
    assert age(home) == 1


def test_a_killed_publication_is_swept_away_by_the_next(
    built: duckdb.DuckDBPyConnection, tmp_path: Path, home: Path
) -> None:
    first = publish(built, home, run_id="r1")
    built.close()
    code = (
        "import os, pathlib, sys\n"
        "from connectors.warehouse.publish import publish\n"
        "source, home = map(pathlib.Path, sys.argv[1:])\n"
        "publish(source, home, run_id='r2', render=lambda folder: os._exit(9))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "warehouse.duckdb"), str(home)]
    assert subprocess.run(command, cwd=Path(__file__).parents[4], check=False).returncode == 9
    (home / ".current-old").symlink_to("versions/old")
    assert len(list((home / "versions").iterdir())) == 2
    assert (home / "current").resolve() == first.path.resolve()
    third = publish(tmp_path / "warehouse.duckdb", home, run_id="r3")
    assert {path.name for path in (home / "versions").iterdir()} == {first.version, third.version}
    assert not (home / ".current-old").is_symlink()


def test_only_the_last_versions_are_kept_and_always_the_current(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    published = [publish(built, home, run_id="r", now=NOW, keep=2).version for _ in range(4)]
    assert published[-1] == "20261122T101500Z-004"
    assert sorted(path.name for path in (home / "versions").iterdir()) == published[2:]
    # A clock that was set back: the newest version sorts first, and is kept all the same.
    back = publish(built, home, run_id="r", now=datetime(2020, 1, 1, tzinfo=UTC), keep=1)
    assert [path.name for path in (home / "versions").iterdir()] == [back.version]
    assert age(home) == 0
    with pytest.raises(ValueError, match="keep is 0"):
        publish(built, home, run_id="r", keep=0)


def test_a_folder_in_the_place_of_the_link_is_not_touched(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    (home / "current").mkdir(parents=True)
    with pytest.raises(PublishError, match="is a folder, not a link"):
        publish(built, home, run_id="r1")
    assert list((home / "versions").iterdir()) == []


def test_two_publications_at_once_are_refused(built: duckdb.DuckDBPyConnection, home: Path) -> None:
    with RunLock(home, "publish.lock"), pytest.raises(WarehouseLockedError):
        publish(built, home, run_id="r1")


READ = """
import sys, time, duckdb
path, ages = sys.argv[1], []
print("ready", flush=True)
while not ages or ages[-1] < 30:
    with duckdb.connect(path, read_only=True) as reader:
        (low, high) = reader.execute(
            "SELECT min(age), max(age) FROM (SELECT age FROM marts.dim_users "
            "UNION ALL SELECT age FROM marts.fct_opportunities)").fetchone()
        count = reader.execute("SELECT count(*) FROM marts.fct_opportunities").fetchone()[0]
    assert (low, count) == (high, 500), (low, high, count)
    ages.append(low)
    time.sleep(0.01)
assert ages == sorted(ages)
print(len(set(ages)), flush=True)
"""


def test_readers_see_no_error_and_no_torn_or_older_version_while_it_is_republished(
    built: duckdb.DuckDBPyConnection, home: Path
) -> None:
    publish(built, home, run_id="r0")
    command = [sys.executable, "-c", READ, str(home / FILE)]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    problems: list[Exception] = []
    is_over = threading.Event()

    def read_in_this_process() -> None:
        try:
            while not is_over.wait(0.01):
                age(home)
        except Exception as error:  # noqa: BLE001 - any error at all is what this test looks for
            problems.append(error)

    thread = threading.Thread(target=read_in_this_process)
    thread.start()
    for number in range(1, 31):
        built.execute(BUILD.format(age=number))
        publish(built, home, run_id=f"r{number}", ops_tables=())
    is_over.set()
    thread.join()
    output, errors = reader.communicate(timeout=20)
    assert (problems, errors, reader.returncode) == ([], "", 0)
    assert int(output) >= 2
