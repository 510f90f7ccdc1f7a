"""The forecast file of a version: the published mart, row for row, in two formats."""

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pyarrow import parquet

from connectors.warehouse.connection import connect
from connectors.warehouse.publish import FILE_NAME
from orchestration.finance_file import write_forecast

COLUMNS = """fiscal_quarter_start_date date, fiscal_quarter_label varchar, is_current_quarter boolean,
    scope_kind varchar, scope_id varchar, scope_name varchar, booked_amount decimal(18, 2), goal_amount decimal(18, 2),
    as_of_at timestamp"""


def test_both_files_say_what_the_mart_says(tmp_path: Path) -> None:
    with connect(tmp_path / FILE_NAME) as connection:
        connection.execute(f"create schema marts; create table marts.rpt_finance_forecast ({COLUMNS})")
        connection.execute(
            "insert into marts.rpt_finance_forecast values "
            "('2026-10-01', 'FY2026-Q4', true, 'team', 'u1', 'Zoë, \"Z\"', 1234.5, null, '2026-11-22 03:00:00'), "
            "('2026-10-01', 'FY2026-Q4', true, 'owner', 'u2', '=1+1', -0.1, 10, '2026-11-22 03:00:00')"
        )

    assert write_forecast(tmp_path) == 2

    text = (tmp_path / "finance" / "forecast.csv").read_bytes().decode()
    header, *rows = csv.reader(text.splitlines())
    assert header[:2] == ["fiscal_quarter_start_date", "fiscal_quarter_label"]
    assert rows == [
        ["2026-10-01", "FY2026-Q4", "true", "owner", "u2", "'=1+1", "-0.10", "10.00", "2026-11-22 03:00:00"],
        ["2026-10-01", "FY2026-Q4", "true", "team", "u1", 'Zoë, "Z"', "1234.50", "", "2026-11-22 03:00:00"],
    ]
    assert text.count("\r\n") == 3
    table = parquet.read_table(tmp_path / "finance" / "forecast.parquet").to_pylist()
    assert [row["scope_name"] for row in table] == ["=1+1", 'Zoë, "Z"']
    assert table[0] | {"scope_name": ""} == {
        "fiscal_quarter_start_date": date(2026, 10, 1),
        "fiscal_quarter_label": "FY2026-Q4",
        "is_current_quarter": True,
        "scope_kind": "owner",
        "scope_id": "u2",
        "scope_name": "",
        "booked_amount": Decimal("-0.10"),
        "goal_amount": Decimal("10.00"),
        "as_of_at": datetime(2026, 11, 22, 3),
    }
