"""The main job as a user runs it: on the embedded org, twice, and against independent sums."""

import json
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import model_tests
from tests.support.commands import Command, salespulse

pytestmark = pytest.mark.xdist_group("main_job")


@pytest.fixture(scope="module")
def home(main_home: Path) -> Path:
    return main_home


@pytest.fixture(scope="module")
def first(first_run: Command) -> Command:
    return first_run


@pytest.fixture(scope="module")
def second(second_run: Command) -> Command:
    return second_run


def _published(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "current" / "sales_metrics.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _warehouse(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_first_run_succeeds_and_brings_every_object(first: Command) -> None:
    assert first.exit_code == 0, first.stderr
    objects = first.document["objects"]
    assert len(objects) == 22
    empty = {name for name, values in objects.items() if not values["row_count"]}
    assert empty == {"CurrencyType", "DatedConversionRate"}, "an org of one currency tells of none"


def test_no_fact_that_must_hold_is_broken_in_either_run(first: Command, second: Command) -> None:
    for run in (first, second):
        checks = run.document["checks"]
        assert len(checks) > 500
        assert not [check for check in checks if check["severity"] == "error" and not check["is_passed"]]


def test_all_that_was_promised_lies_where_it_was_promised(first: Command, home: Path) -> None:
    for place in (
        "warehouse.duckdb",
        "landing",
        "current/sales_metrics.duckdb",
        "current/report/index.html",
        "dagster",
    ):
        assert (home / place).exists(), place
    assert len(list((home / "current" / "parquet").glob("*.parquet"))) > 15
    assert list((home / "outbox" / "manager_pack").rglob("*.eml"))


def test_the_second_run_fetches_only_what_has_changed(first: Command, second: Command) -> None:
    assert second.exit_code == 0, second.stderr
    before, after = first.document["objects"], second.document["objects"]
    assert after["Opportunity"]["mode"] == "incremental"
    read = sum(values["rows_read"] for values in after.values())
    assert read < 0.2 * sum(values["rows_read"] for values in before.values())
    assert sum(values["inserted"] + values["updated"] for values in after.values()) > 0


def test_rows_in_the_warehouse_equal_rows_loaded(second: Command, home: Path) -> None:
    for name, values in second.document["objects"].items():
        table = _warehouse(home, f"select table_name from ops.sync_state where object_name = '{name}'")[0][0]
        alive = _warehouse(home, f'select count(*) from raw_salesforce."{table}" where _deleted_at is null')
        assert alive[0][0] == values["row_count"]


def test_bookings_in_the_marts_equal_a_plain_sum_over_the_raw_rows(second: Command, home: Path) -> None:
    rows = _warehouse(home, "select amount, close_date from raw_salesforce.opportunity where is_won and not is_deleted")
    assert _published(home, "select sum(amount) from marts.fct_opportunities where is_won")[0][0] == _total(rows)
    weekly = "select sum(bookings_amount), max(week_start_date) from marts.rpt_owner_kpis_weekly"
    ((booked, last_week),) = _published(home, weekly)
    # a win may be dated ahead: it counts in a week when that has begun
    assert booked == _total(row for row in rows if row[1] < last_week + timedelta(days=7))


def _total(rows: Iterable[tuple[Any, ...]]) -> Decimal:
    return sum((row[0] or Decimal(0) for row in rows), Decimal(0))


def test_the_ranges_of_the_forecast_hold_the_expected_value(second: Command, home: Path) -> None:
    rows = _published(
        home,
        "select r.p10_amount, r.mean_amount, r.p90_amount, sum(f.forecast_amount) from marts.rpt_forecast_ranges r "
        "join marts.rpt_forecast_quarterly f using (fiscal_quarter_start_date) where r.scope_kind = 'company' "
        "group by all",
    )
    assert rows
    for low, mean, high, expected in rows:
        assert low <= mean <= high
        assert float(mean) == pytest.approx(float(expected), rel=0.1)


def test_what_each_object_cost_is_in_its_metadata_and_in_the_ledgers(second: Command, home: Path) -> None:
    run_id = second.document["run_id"]
    calls = dict(
        _warehouse(home, f"select object_name, sum(call_count) from ops.api_calls where run_id = '{run_id}' group by 1")
    )
    for name, values in second.document["objects"].items():
        rows, size = _warehouse(
            home,
            f"select sum(rows_read), sum(bytes) from ops.loads where run_id = '{run_id}' and object_name = '{name}'",
        )[0]
        assert (values["rows_read"], values["bytes"], values["api_requests"]) == (rows, size, calls[name])
        assert values["seconds"] > 0 and values["lag_seconds"] >= 0 and values["watermark"]
        assert values["rows_per_second"] == pytest.approx(rows / values["seconds"], rel=0.05, abs=1)
        assert 0 < values["api_requests_left"] < values["api_requests_limit"]
    left = _warehouse(home, f"select limit_count - used_count from ops.api_allowance where run_id = '{run_id}'")
    assert left == [(values["api_requests_left"],)]


def test_status_says_what_is_there(second: Command, home: Path) -> None:
    found = salespulse(home, "status", "--json")
    assert found.exit_code == 0
    subjects = {row["subject"] for row in found.document["findings"]}
    assert {"Opportunity", "Task", "published", "API requests"} <= subjects


def test_the_unit_tests_of_the_models_pass(second: Command, home: Path) -> None:
    outcomes = model_tests.outcomes(home)
    assert len(outcomes) > 150
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "pass"} == {}


def test_progress_goes_to_stderr_in_plain_lines_and_the_document_to_stdout(first: Command) -> None:
    json.loads(first.stdout)
    assert "sync done in" in first.stderr
    assert "\x1b[" not in first.stderr
