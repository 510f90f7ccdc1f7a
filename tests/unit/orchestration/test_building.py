"""When a build may be built upon the last one, as far as the calendar has a say; and what it cannot do without."""

from datetime import datetime
from pathlib import Path

import pytest

from connectors.warehouse.connection import connect
from connectors.warehouse.errors import SourceTablesMissingError
from orchestration.building import build, is_in_one_fiscal_year
from orchestration.settings import load_settings

YEARS = "CREATE SCHEMA marts; CREATE TABLE marts.dim_dates AS SELECT day::DATE AS date_day, "
DAYS = "FROM range(TIMESTAMP '2025-01-01', TIMESTAMP '2027-01-01', INTERVAL 1 DAY) AS days(day)"


@pytest.mark.parametrize(
    ("last", "now", "is_one"),
    [
        (datetime(2026, 1, 20), datetime(2026, 1, 21), True),
        (datetime(2025, 12, 20), datetime(2026, 1, 21), True),
        (datetime(2026, 1, 30), datetime(2026, 2, 2), False),
        (datetime(2026, 1, 30, 23), datetime(2026, 1, 31, 1), False),  # it may be February somewhere
        (None, datetime(2026, 1, 21), False),
        (datetime(2026, 1, 20), None, False),
        (datetime(2031, 1, 20), datetime(2031, 1, 21), False),
    ],
)
def test_a_new_fiscal_year_is_built_from_all_rows(
    tmp_path: Path, last: datetime | None, now: datetime | None, is_one: bool
) -> None:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute(f"{YEARS} date_trunc('year', day - INTERVAL 1 MONTH) AS fiscal_year_start_date {DAYS}")
        assert is_in_one_fiscal_year(connection, last, now) is is_one


def test_without_a_calendar_all_rows_are_built(tmp_path: Path) -> None:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        assert not is_in_one_fiscal_year(connection, datetime(2026, 1, 20), datetime(2026, 1, 21))


@pytest.mark.xdist_group("compiled")
def test_a_warehouse_without_tables_that_the_models_read_is_told_to_sync_first(tmp_path: Path) -> None:
    with connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute("CREATE SCHEMA raw_salesforce; CREATE TABLE raw_salesforce.opportunity (id VARCHAR)")
    with pytest.raises(SourceTablesMissingError, match=r"ops\.\w+, .* and \d+ more.*salespulse run") as refused:
        build(load_settings(home=tmp_path))
    assert "raw_salesforce.quote" in refused.value.tables
    assert "raw_salesforce.opportunity" not in refused.value.tables
