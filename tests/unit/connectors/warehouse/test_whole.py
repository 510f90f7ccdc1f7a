"""Tables that are replaced as a whole, or stay as they were."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import connect
from connectors.warehouse.whole import ROWS_A_STATEMENT, replace_table

COLUMNS = {"id": "VARCHAR", "day": "DATE NOT NULL", "amount": "DECIMAL(18, 2)"}
NOW = datetime(2026, 11, 22, 9)  # as it is stored


def replaced(connection: duckdb.DuckDBPyConnection, rows: list[tuple[object, ...]]) -> int:
    return replace_table(
        connection, "raw_finance", "bookings", COLUMNS, rows, comment="Bookings.", now=NOW.replace(tzinfo=UTC)
    )


def test_the_rows_of_before_are_gone(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        assert replaced(connection, [("a", date(2026, 1, 1), Decimal("1.10"))]) == 1
        assert replaced(connection, [("it's", date(2026, 1, 2), None), (None, date(2026, 1, 3), Decimal(2))]) == 2
        rows = connection.execute("select * from raw_finance.bookings order by day").fetchall()
    assert rows == [("it's", date(2026, 1, 2), None, NOW), (None, date(2026, 1, 3), Decimal("2.00"), NOW)]


def test_no_rows_leave_an_empty_table_that_says_what_it_is(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        replaced(connection, [])
        assert connection.execute("select count(*) from raw_finance.bookings").fetchall() == [(0,)]
        found = connection.execute("select comment from duckdb_tables() where table_name = 'bookings'").fetchall()
    assert found == [("Bookings.",)]


def test_many_rows_come_in_several_statements_and_all_of_them(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [(str(n), date(2026, 1, 1), Decimal(n)) for n in range(2 * ROWS_A_STATEMENT + 1)]
    with connect(tmp_path / "w.duckdb") as connection:
        assert replaced(connection, rows) == len(rows)
        found = connection.execute("select count(distinct id), sum(amount) from raw_finance.bookings").fetchall()
    assert found == [(len(rows), sum(range(len(rows))))]


def test_what_fails_half_way_leaves_the_rows_of_before(tmp_path: Path) -> None:
    with connect(tmp_path / "w.duckdb") as connection:
        replaced(connection, [("a", date(2026, 1, 1), None)])
        wrong: list[tuple[object, ...]] = [(str(n), date(2026, 1, 1), None) for n in range(ROWS_A_STATEMENT)]
        with pytest.raises(duckdb.ConstraintException):
            replaced(connection, [*wrong, ("b", None, None)])
        assert connection.execute("select id from raw_finance.bookings").fetchall() == [("a",)]
