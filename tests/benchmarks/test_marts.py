"""What a build of all models costs by size, what a build a day later costs, and what typical BI queries take.

`make bench` prints the tables; a missed goal is told, a wrong result fails. The raw schema is filled from the
simulated company in a process of its own; a million deals (SALESPULSE_BENCH_MARTS="5,50,500") are the company of
100,000 and its twins. The day later and the queries are of the largest company that is simulated.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.warehouse.connection import connect
from connectors.warehouse.publish import FILE_NAME, publish

pytestmark = pytest.mark.bench

QUERIES = sorted((Path(__file__).parent / "queries").glob("*.sql"))
SCALES = [float(each) for each in os.environ.get("SALESPULSE_BENCH_MARTS", "5,50").split(",")]
LARGEST_SIMULATED = 50
MAIN = max(scale for scale in SCALES if scale <= LARGEST_SIMULATED)
# By scale: what is counted, its goal.
GOALS: dict[float, tuple[tuple[str, str, float], ...]] = {
    50: (("sql_cpu", "CPU s of SQL", 40), ("peak", "peak MB", 2_500)),
    500: (("wall", "seconds", 360), ("peak", "peak MB", 6_000)),
}
SHARE_GOAL, QUERY_GOAL = 0.15, 0.1
RUNS = 9
FILLED = """
import shutil, sys
from datetime import datetime, timedelta
from pathlib import Path
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.warehouse.connection import connect
from tests.support.filled import fill, multiply

home, later, scale, copies = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
noon = datetime(2026, 3, 18, 12)
org = open_company(seed=7, scale=scale, anchor=noon.date(), clock=Clock(noon))
with connect(home / "warehouse.duckdb", memory_limit="2GB") as warehouse:
    fill(warehouse, org)
    multiply(warehouse, copies)
if copies == 1:
    shutil.copy(home / "warehouse.duckdb", later)
    org.advance_to(noon + timedelta(days=1))
    with connect(later, memory_limit="2GB") as warehouse:
        fill(warehouse, org)
"""


def _python(*arguments: str, **variables: str) -> str:
    environment = {**os.environ, **variables}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=7_200, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def _build(home: Path, scale: float) -> dict[str, Any]:
    """What it cost. With one thread the seconds of SQL are exact; the largest is built with both, against the clock."""
    is_large = scale > LARGEST_SIMULATED
    variables = {
        "SALESPULSE_THREADS": "2" if is_large else "1",
        "SALESPULSE_MEMORY_LIMIT": "5GB" if is_large else "2GB",
    }
    told: dict[str, Any] = json.loads(_python("-m", "tests.support.builds", str(home), **variables).splitlines()[-1])
    assert told["failed"] == []
    _refuse_wrong_results(home)
    return told


def _refuse_wrong_results(home: Path) -> None:
    """Deals, won amounts and activities of the marts are those of the raw rows."""
    raw = "SELECT count(*), sum(amount) FILTER (is_won), count(DISTINCT owner_id) FROM raw_salesforce.opportunity "
    marts = "SELECT count(*), sum(amount) FILTER (is_won), count(DISTINCT owner_id) FROM marts.fct_opportunities"
    company = (
        "SELECT sum(open_amount) FROM marts.fct_pipeline_daily "
        "WHERE snapshot_date = (SELECT max(snapshot_date) FROM marts.fct_pipeline_daily)"
    )
    still_open = "SELECT sum(amount) FROM raw_salesforce.opportunity WHERE NOT is_deleted AND NOT is_closed"
    with connect(home / "warehouse.duckdb", memory_limit="2GB") as warehouse:
        told = warehouse.execute(marts).fetchall()
        assert told[0][0] > 0
        assert told == warehouse.execute(raw + "WHERE NOT is_deleted").fetchall()
        assert warehouse.execute(company).fetchall() == warehouse.execute(still_open).fetchall()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Gigabytes: removed at once."""
    made = tmp_path_factory.mktemp("marts")
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def full(folder: Path) -> dict[str, Any]:
    """The company of the main size, built from all rows. If that fails, it is tried once for all tests."""
    return _filled_and_built(folder, MAIN)


def _filled_and_built(folder: Path, scale: float) -> dict[str, Any]:
    home = _home(folder, scale)
    home.mkdir()
    copies = max(int(scale / LARGEST_SIMULATED), 1)
    _python("-c", FILLED, str(home), str(_later(home)), str(scale / copies), str(copies))
    return _build(home, scale)


def _home(folder: Path, scale: float) -> Path:
    return folder / f"{scale:g}"


def _later(home: Path) -> Path:
    return home / "later.duckdb"


def test_the_cost_of_a_full_build_is_told_by_size(folder: Path, full: dict[str, Any]) -> None:
    print(f"\n{os.cpu_count()} cores, duckdb {duckdb.__version__}, Python {sys.version.split()[0]}")
    print(
        "| deals | versions | activities | rows of marts | CPU s | of SQL | seconds | peak MB | dearest, CPU s of SQL |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    told_before: tuple[int, dict[str, Any]] | None = None
    lines = []
    for scale in sorted(SCALES):
        told = full if scale == MAIN else _filled_and_built(folder, scale)
        print(_row(told))
        deals = told["rows"]["marts.fct_opportunities"]
        if told_before:
            times, costs = deals / told_before[0], told["sql_cpu"] / told_before[1]["sql_cpu"]
            lines.append(f"- {times:.1f} times the deals cost {costs:.1f} times the CPU of SQL")
        told_before = deals, told
        lines += [_goal(f"{title} at {deals:,} deals", told[key], most) for key, title, most in GOALS.get(scale, ())]
    print("\n".join(lines))


def _row(told: dict[str, Any]) -> str:
    rows = told["rows"]
    marts = sum(count for table, count in rows.items() if table.startswith("marts."))
    dearest = ", ".join(f"{name} {seconds:.1f}" for name, seconds in list(told["sql"].items())[:5])
    return (
        f"| {rows['marts.fct_opportunities']:,} | {rows['marts.fct_opportunity_versions']:,} | "
        f"{rows['marts.fct_activities']:,} | {marts:,} | {told['cpu']:.1f} | {told['sql_cpu']:.1f} | "
        f"{told['wall']:.0f} | {told['peak']:,.0f} | {dearest} |"
    )


def _goal(title: str, figure: float, most: float) -> str:
    """A goal as a line: a miss is told, and stops no measurement."""
    return f"- {'met' if figure <= most else 'MISSED'}: {title} {figure:,.2f}, at most {most:g}"


def test_the_cost_of_a_build_a_day_later_is_told(folder: Path, full: dict[str, Any]) -> None:
    home = _home(folder, MAIN)
    with connect(home / "warehouse.duckdb", memory_limit="2GB") as warehouse:
        _bring_to(warehouse, _later(home))
    told = _build(home, MAIN)
    dearest = ", ".join(f"{name} {seconds:.1f}" for name, seconds in list(told["sql"].items())[:10])
    print("\n| build | CPU s | of SQL | nodes built | left as they are | peak MB |\n|---|---:|---:|---:|---:|---:|")
    for title, each in (("from all rows", full), ("a day later, upon it", told)):
        figures = f"{each['cpu']:.1f} | {each['sql_cpu']:.1f} | {each['nodes'] - each['left']} | {each['left']}"
        print(f"| {title} | {figures} | {each['peak']:,.0f} |")
    print(f"Dearest a day later, CPU s of SQL: {dearest}")
    for key in ("cpu", "sql_cpu"):
        print(_goal(f"{key} a day later, share of a full build", told[key] / full[key], SHARE_GOAL))
    assert told["left"] > 0


def _bring_to(warehouse: duckdb.DuckDBPyConnection, later: Path) -> None:
    """The raw rows and cursors of the day after."""
    warehouse.execute(f"ATTACH '{later}' AS later (READ_ONLY)")
    tables = warehouse.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'later' "
        "AND (schema_name = 'raw_salesforce' OR table_name = 'sync_state')"
    ).fetchall()
    for schema, table in tables:
        warehouse.execute(f'DELETE FROM {schema}."{table}"')
        warehouse.execute(f'INSERT INTO {schema}."{table}" BY NAME SELECT * FROM later.{schema}."{table}"')


def test_the_time_of_typical_queries_on_the_published_file_is_told(folder: Path, full: dict[str, Any]) -> None:
    home = _home(folder, MAIN)
    began = _cpu()
    with connect(home / "warehouse.duckdb", memory_limit="2GB", threads=2) as warehouse:
        done = publish(warehouse, home, run_id="benchmark")
        print(f"\nPublishing took {_cpu() - began:.1f} CPU s, {done.bytes / 1e6:,.0f} MB; two threads read.")
        built = {table: _content(warehouse, table) for table in done.tables if table.startswith("marts.")}
    print("| query | rows | ms | CPU ms |\n|---|---:|---:|---:|")
    slow = []
    with connect(done.path / FILE_NAME, read_only=True, threads=2) as reader:
        assert {table: _content(reader, table) for table in built} == built
        for query in QUERIES:
            seconds, cpu, rows = _fastest(reader, query.read_text())
            print(f"| {query.stem.replace('_', ' ')} | {rows:,} | {seconds * 1_000:.0f} | {cpu * 1_000:.0f} |")
            slow += [query.stem] if seconds > QUERY_GOAL else []
            assert rows > 0, query.stem
    assert len(QUERIES) == 20
    print(_goal(f"queries over {QUERY_GOAL * 1_000:.0f} ms ({', '.join(slow) or 'none'}):", len(slow), 0))


def _content(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[Any, ...]:
    """How many rows and a sum over all of them, in whatever order."""
    return connection.execute(f"SELECT count(*), sum(hash(t)) FROM {table} AS t").fetchone() or ()


def _fastest(reader: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, float, int]:
    """Seconds and CPU seconds of the best run, as other work shares the machine; and rows."""
    seconds, spent = [], []
    rows = 0
    for _ in range(RUNS):
        began, before = time.perf_counter(), _cpu()
        rows = len(reader.execute(sql).fetchall())
        seconds.append(time.perf_counter() - began)
        spent.append(_cpu() - before)
    return min(seconds), min(spent), rows


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
