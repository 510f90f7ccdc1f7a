"""Running a suite: which checks are judged, what raises, and what a run leaves behind (nothing)."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import duckdb
import pytest

from expectations.catalog import UncheckedTableError, UnknownSuiteError, checks
from expectations.runner import run_suite

ROOT = Path(__file__).parents[3]


def test_only_the_named_tables_are_judged(warehouse: duckdb.DuckDBPyConnection) -> None:
    verdicts = run_suite(warehouse, "marts", tables=["marts.dim_dates", "marts.dim_users"])

    assert {one.table for one in verdicts} == {"marts.dim_dates", "marts.dim_users"}
    assert {one.suite for one in verdicts} == {"marts"}


def test_a_table_that_does_not_exist_is_not_judged(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table raw_salesforce.task")

    assert run_suite(warehouse, "raw", tables=["raw_salesforce.task"]) == ()


def test_a_check_waits_for_the_tables_it_compares_with(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("drop table marts.dim_reporting_lines")

    verdicts = run_suite(warehouse, "marts", tables=["marts.rpt_team_kpis_weekly"])

    assert "team_equals_the_sum_of_its_people" not in {one.check for one in verdicts}
    assert "primary_key_is_unique" in {one.check for one in verdicts}


def test_a_suite_nobody_declared_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UnknownSuiteError, match="Ask for one of raw, marts, process_usage") as caught:
        run_suite(warehouse, "mart")

    assert caught.value.suite == "mart"


def test_a_table_without_checks_is_refused(warehouse: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UncheckedTableError, match="dim_user") as caught:
        run_suite(warehouse, "marts", tables=["marts.dim_user", "marts.dim_users"])

    assert caught.value.tables == ("marts.dim_user",)


def test_a_check_that_raises_is_a_failing_error_and_the_others_are_judged(
    warehouse_of_its_own: duckdb.DuckDBPyConnection,
) -> None:
    warehouse_of_its_own.execute("alter table marts.fct_activities drop owner_id")

    verdicts = {one.check: one for one in run_suite(warehouse_of_its_own, "marts", tables=["marts.fct_activities"])}
    broken = verdicts.pop("owner_is_a_known_user")

    declared = {check.name: check.severity for check in checks("marts", tables=["marts.fct_activities"])}
    assert declared["owner_is_a_known_user"] == "warning"
    assert (broken.is_passed, broken.severity, broken.evaluated_count) == (False, "error", 0)
    assert "owner_id" in broken.description and "could not be evaluated" in broken.description
    assert "owner_id" in broken.sample[0]["exception"]
    assert all(one.is_passed for one in verdicts.values())


def test_a_built_in_expectation_that_raises_is_a_failing_error(
    warehouse_of_its_own: duckdb.DuckDBPyConnection,
) -> None:
    warehouse_of_its_own.execute("alter table marts.fct_opportunities drop age_days")

    verdicts = run_suite(warehouse_of_its_own, "marts", tables=["marts.fct_opportunities"])

    failed = [one for one in verdicts if not one.is_passed]
    assert [(one.check, one.severity) for one in failed] == [("age_days_is_not_negative", "error")]
    assert "age_days" in failed[0].description


def test_a_table_that_cannot_be_read_fails_all_its_checks_and_no_other(
    warehouse_of_its_own: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse_of_its_own.execute(
        "alter table marts.dim_users rename to users_before;"
        "create view marts.dim_users as select * from marts.users_before;"
        "drop table marts.users_before"
    )

    verdicts = run_suite(warehouse_of_its_own, "marts", tables=["marts.dim_users", "marts.dim_dates"])

    passed = {
        table: {one.is_passed for one in verdicts if one.table == table}
        for table in ("marts.dim_users", "marts.dim_dates")
    }
    assert passed == {"marts.dim_users": {False}, "marts.dim_dates": {True}}
    assert {one.severity for one in verdicts if not one.is_passed} == {"error"}
    assert "marts.dim_users could not be judged" in caplog.text


def test_a_run_leaves_the_transaction_to_the_owner_of_the_connection(
    warehouse_of_its_own: duckdb.DuckDBPyConnection,
) -> None:
    warehouse_of_its_own.begin()
    warehouse_of_its_own.execute("insert into raw_salesforce.lead select * from raw_salesforce.lead")

    verdicts = {
        one.check: one.is_passed for one in run_suite(warehouse_of_its_own, "raw", tables=["raw_salesforce.lead"])
    }
    warehouse_of_its_own.rollback()

    assert not verdicts["id_is_unique"]
    assert warehouse_of_its_own.execute("select count(*) from raw_salesforce.lead").fetchone() == (1,)


def test_the_file_is_free_once_its_owner_closes_it(tmp_path: Path) -> None:
    path = str(tmp_path / "warehouse.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("create schema raw_salesforce; create table raw_salesforce.lead (id varchar)")
        assert run_suite(connection, "raw")
        assert connection.execute("select 1").fetchone() == (1,)

    # DuckDB refuses a second configuration while anything still holds the first.
    with duckdb.connect(path, read_only=True) as again:
        assert again.execute("select count(*) from raw_salesforce.lead").fetchone() == (0,)


def test_verdicts_are_plain_json(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "update marts.rpt_team_kpis_weekly set bookings_amount = 1; delete from marts.fct_pipeline_daily;"
        "update marts.fct_opportunity_stage_spells set exited_at = timestamp '2026-04-01'"
    )

    tables = ["fct_opportunity_stage_spells", "fct_pipeline_daily", "rpt_team_kpis_weekly"]
    verdicts = run_suite(warehouse, "marts", tables=[f"marts.{table}" for table in tables])
    failed = [one for one in verdicts if not one.is_passed]

    assert {one.check for one in failed} == {
        "team_equals_the_sum_of_its_people",
        "last_day_equals_the_open_opportunities",
        "stages_end_after_they_begin",
    }
    assert json.loads(json.dumps([asdict(one) for one in failed]))[0]["is_passed"] is False


def test_a_run_says_in_one_line_what_it_found(
    warehouse: duckdb.DuckDBPyConnection, caplog: pytest.LogCaptureFixture
) -> None:
    warehouse.execute("insert into raw_salesforce.lead select * from raw_salesforce.lead")
    with caplog.at_level(logging.INFO, "salespulse.expectations"):
        run_suite(warehouse, "raw", tables=["raw_salesforce.lead"])

    assert [one.getMessage() for one in caplog.records if one.name == "salespulse.expectations"] == [
        "raw: 9 checks on 1 tables, 2 failed (2 errors, 0 warnings)"
    ]


QUIET_RUN = """
import socket
def refuse(*_):
    raise AssertionError("a run went to the network")
socket.socket.connect = socket.getaddrinfo = refuse
import duckdb
from expectations.runner import run_suite
with duckdb.connect() as connection:
    connection.execute("create schema marts; create table marts.dim_dates as select date '2026-01-01' as date_day")
    verdicts = run_suite(connection, "marts")
assert len(verdicts) == 4 and all(one.is_passed for one in verdicts), verdicts
"""


def test_a_run_writes_no_file_prints_nothing_and_calls_nobody(tmp_path: Path) -> None:
    home = {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
    }

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUIET_RUN],
        cwd=tmp_path,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []
