"""Tables that are filled in parts where memory is short hold what they hold when they are filled at once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import connect
from tests.support.commands import ROOT, Command

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("main_job")]

MODELS = ("int_kpis_summed", "int_kpis_measured", "int_kpis_compared")


def _sums(warehouse: Path) -> tuple[object, ...]:
    """How many figures there are, how many are told, and what they come to."""
    with connect(warehouse) as connection:
        found = connection.execute(
            "SELECT count(*), count(DISTINCT (scope_id, metric, period_kind, period_start_date)), count(actual), "
            "count(goal), round(sum(actual), 3), round(sum(expected_actual), 3), round(sum(upper_limit), 3), "
            "count(*) FILTER (trend = 'rising'), count(*) FILTER (status = 'behind') FROM marts.fct_kpis"
        ).fetchone()
    return found or ()


def _kind(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute("SELECT table_type FROM information_schema.tables WHERE table_name = 'int_kpis_summed'")
    return str((found.fetchone() or ("",))[0])


def test_figures_made_in_parts_are_those_made_at_once(main_home: Path, second_run: Command, tmp_path: Path) -> None:
    assert second_run.exit_code == 0, second_run.stderr
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(main_home / "warehouse.duckdb", warehouse)
    at_once = _sums(warehouse)
    with connect(warehouse) as connection:
        assert _kind(connection) == "VIEW"
        measured = connection.execute("SELECT count(*) FROM intermediate.int_measures_daily").fetchone() or (0,)
        figures = connection.execute("SELECT count(*) FROM intermediate.int_kpis_measured").fetchone() or (0,)
    fewer = {"measures_at_once": measured[0] // 4, "figures_at_once": figures[0] // 3}
    command = [sys.executable, "-m", "dbt.cli.main", "run", "--full-refresh", "--vars", json.dumps(fewer)]
    command += ["--select", *MODELS, "--project-dir", "dbt_project", "--profiles-dir", "dbt_project"]
    command += ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "log")]
    environment = {**os.environ, "SALESPULSE_WAREHOUSE": str(warehouse)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2_000:]
    with connect(warehouse) as connection:
        assert _kind(connection) == "BASE TABLE"
    assert _sums(warehouse) == at_once
    assert (tmp_path / "log" / "dbt.log").read_text().count("insert into") > 5
