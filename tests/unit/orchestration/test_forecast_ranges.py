"""The forecast's ranges as a table: scopes, sums and what happens without deals."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from orchestration.defs.forecast import COLUMNS, forecast_quarter, write

QUARTER = date(2026, 10, 1)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_forecast_deals (opportunity_id varchar, owner_id varchar, amount decimal(18, 2), "
            "win_rate double, fiscal_quarter_start_date date)"
        )
        connection.execute(
            "create table marts.rpt_forecast_quarterly (owner_id varchar, closed_won_amount decimal(18, 2), "
            "fiscal_quarter_start_date date)"
        )
        connection.execute("create table marts.dim_reporting_lines (manager_id varchar, user_id varchar)")
        connection.execute(
            "insert into marts.dim_reporting_lines values ('boss', 'boss'), ('boss', 'ann'), ('boss', 'bob'), "
            "('ann', 'ann'), ('bob', 'bob')"
        )
        yield connection


def _ranges(connection: duckdb.DuckDBPyConnection) -> dict[tuple[object, object], dict[str, object]]:
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in forecast_quarter(connection, QUARTER)]
    return {(row["scope_kind"], row["scope_id"]): row for row in rows}


def test_certain_deals_give_certain_ranges_that_add_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into marts.fct_forecast_deals values ('1', 'ann', 100, 1, '2026-10-01'), "
        "('2', 'bob', 40, 1, '2026-10-01'), ('3', 'bob', 70, 0, '2026-10-01'), "
        "('4', 'bob', null, 1, '2026-10-01'), ('5', 'bob', 999, 1, '2027-01-01')"
    )
    warehouse.execute("insert into marts.rpt_forecast_quarterly values ('ann', 10, '2026-10-01')")
    found = _ranges(warehouse)
    assert (found["owner", "ann"]["p10_amount"], found["owner", "ann"]["p90_amount"]) == (110.0, 110.0)
    assert found["owner", "bob"]["mean_amount"] == 40.0
    assert found["team", "boss"]["mean_amount"] == found["company", "company"]["mean_amount"] == 150.0
    assert found["company", "company"]["open_deal_count"] == 3


def test_the_mean_of_the_draws_is_the_amount_times_the_rate(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into marts.fct_forecast_deals select 'd' || range, 'ann', 100, 0.3, date '2026-10-01' from range(200)"
    )
    # 200 × 100 × 0.3; the mean of 2,000 draws strays by about 14.
    assert _ranges(warehouse)["owner", "ann"]["mean_amount"] == pytest.approx(6000, abs=60)


def test_a_deal_of_an_owner_without_a_quota_is_in_the_company(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into marts.fct_forecast_deals values ('1', 'guest', 100, 1, '2026-10-01')")
    assert _ranges(warehouse)["company", "company"]["mean_amount"] == 100.0


def test_a_quarter_without_deals_has_a_company_that_expects_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = _ranges(warehouse)["company", "company"]
    assert (found["p10_amount"], found["p90_amount"], found["open_deal_count"]) == (0.0, 0.0, 0)


def test_the_table_is_replaced_and_every_column_commented(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = list(forecast_quarter(warehouse, QUARTER))
    write(warehouse, rows)
    write(warehouse, rows)
    assert warehouse.execute("select count(*) from marts.rpt_forecast_ranges").fetchone() == (len(rows),)
    comments = warehouse.execute(
        "select comment from duckdb_columns() where table_name = 'rpt_forecast_ranges'"
    ).fetchall()
    assert len(comments) == len(COLUMNS)
    assert all(comment for (comment,) in comments)
