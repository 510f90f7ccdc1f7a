"""The source's totals against the warehouse: equal, short, purged, changed since, and by month."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from connectors.landed import Column, LandedBatch, MonthTotals, SourceTotals
from connectors.warehouse.landing import load
from connectors.warehouse.reconciliation import reconcile

CURSOR = datetime(2026, 1, 31, tzinfo=UTC)
COLUMNS = (
    Column("Id", "id", "VARCHAR"),
    Column("IsDeleted", "is_deleted", "BOOLEAN"),
    Column("CreatedDate", "created_date", "TIMESTAMP"),
    Column("SystemModstamp", "system_modstamp", "TIMESTAMP"),
    Column("CloseDate", "close_date", "DATE"),
    Column("Amount", "amount", "DECIMAL(18,2)"),
    Column("CurrencyIsoCode", "currency_iso_code", "VARCHAR"),
)
EARLY, LATE = "2026-01-05T00:00:00.000Z", "2026-02-05T00:00:00.000Z"
ROWS = [
    ["1", "false", EARLY, EARLY, "2026-03-01", "100.10", "EUR"],
    ["2", "false", EARLY, EARLY, "2026-03-31", "", "USD"],
    ["3", "true", EARLY, EARLY, "2026-03-05", "7.00", "EUR"],
    ["4", "false", EARLY, LATE, "2026-04-01", "5.00", "EUR"],
    ["5", "false", LATE, LATE, "2026-04-01", "6.00", "EUR"],
]
MARCH = MonthTotals(date(2026, 3, 1), 2, Decimal("100.10"))


@pytest.fixture(autouse=True)
def loaded(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    load(warehouse, land(ROWS, columns=COLUMNS, mode="full"), run_id="r1")


def compared(warehouse: duckdb.DuckDBPyConnection, **numbers: Any) -> bool:
    totals: dict[str, Any] = {
        "object_name": "Opportunity",
        "table": "opportunity",
        "run_id": "r1",
        "as_of": CURSOR,
        "row_count": None,
        "measured_at": CURSOR,
    }
    return reconcile(warehouse, SourceTotals(**totals | numbers))


def test_equal_numbers_agree_and_are_written_down(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert compared(warehouse, row_count=4, live_count=2, months=(MARCH,), changed_ids=("4", "5"), newest_change=CURSOR)
    query = "SELECT measure, month, source_count, warehouse_count, source_amount, is_equal FROM ops.reconciliation"
    assert warehouse.execute(query).fetchall() == [
        ("rows", None, 4, 4, None, True),
        ("live rows", None, 2, 2, None, True),
        ("month", date(2026, 3, 1), 2, 2, Decimal("100.100000"), True),
    ]
    states = warehouse.execute("SELECT run_id, cursor_at, newest_change_at FROM ops.source_state").fetchall()
    assert states == [("r1", CURSOR.replace(tzinfo=None), CURSOR.replace(tzinfo=None))]


def test_rows_without_a_stamp_or_a_creation_are_not_before_the_cursor(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    load(warehouse, land([["6", "false", "", "", "2026-03-01", "9.00", "EUR"]], columns=COLUMNS), run_id="r2")
    warehouse.execute("DELETE FROM raw_salesforce.opportunity__changes WHERE id IN ('4', '5')")
    assert compared(warehouse, row_count=3, live_count=2, months=(MARCH,))
    warehouse.execute("DELETE FROM raw_salesforce.opportunity__changes WHERE id = '6'")
    assert compared(warehouse, row_count=3, live_count=2, months=(MARCH,))
    assert not compared(warehouse, row_count=4, live_count=2, months=(MARCH,))


@pytest.mark.parametrize(("row_count", "agrees"), [(5, False), (4, True), (3, True), (2, False)])
def test_only_deleted_rows_may_be_missing_at_the_source(
    warehouse: duckdb.DuckDBPyConnection, row_count: int, agrees: bool
) -> None:
    assert compared(warehouse, row_count=row_count) is agrees


@pytest.mark.parametrize(("live_count", "agrees"), [(1, False), (2, True), (3, False)])
def test_live_rows_have_to_be_as_many_on_both_sides(
    warehouse: duckdb.DuckDBPyConnection, live_count: int, agrees: bool
) -> None:
    assert compared(warehouse, live_count=live_count) is agrees


def test_rows_that_changed_since_the_cursor_are_left_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert compared(warehouse, live_count=1, changed_ids=("1",))


@pytest.mark.parametrize(
    "months",
    [
        (),
        (MonthTotals(date(2026, 3, 1), 2, Decimal("100.11")),),
        (MonthTotals(date(2026, 3, 1), 1, Decimal("100.10")),),
        (MARCH, MonthTotals(date(2026, 5, 1), 1, Decimal(0))),
    ],
    ids=["it has none", "another sum", "another count", "a month more"],
)
def test_a_month_that_differs_in_anything_is_a_difference(
    warehouse: duckdb.DuckDBPyConnection, months: tuple[MonthTotals, ...]
) -> None:
    assert not compared(warehouse, months=months)


def test_sums_of_a_floating_point_number_agree(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert compared(warehouse, months=(MonthTotals(date(2026, 3, 1), 2, Decimal("100.10000000000001")),))


def test_several_currencies_are_not_added_up(warehouse: duckdb.DuckDBPyConnection) -> None:
    euros = MonthTotals(date(2026, 3, 1), 1, Decimal("100.10"), "EUR")
    dollars = MonthTotals(date(2026, 3, 1), 1, Decimal(0), "USD")
    assert compared(warehouse, months=(euros, dollars))
    assert not compared(warehouse, months=(euros,))


def test_of_a_currency_that_the_source_converts_only_the_rows_are_compared(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    euros = MonthTotals(date(2026, 3, 1), 1, None, "EUR")
    dollars = MonthTotals(date(2026, 3, 1), 1, Decimal(0), "USD")
    assert compared(warehouse, months=(euros, dollars))
    assert not compared(warehouse, months=(replace(euros, row_count=2), dollars))
    assert not compared(warehouse, months=(euros, replace(dollars, amount=Decimal("0.01"))))


def test_a_row_that_was_purged_since_the_cursor_is_no_disagreement(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Row 4 is alive here; at the source it was deleted for good after the cursor, as getDeleted tells."""
    assert not compared(warehouse, row_count=2)
    assert compared(warehouse, row_count=2, changed_ids=("4",))
    assert not compared(warehouse, row_count=1, changed_ids=("4",))


def test_a_comparison_that_is_made_again_takes_the_place_of_the_one_before(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert not compared(warehouse, row_count=1, newest_change=CURSOR)
    assert compared(warehouse, row_count=4, newest_change=CURSOR)
    assert compared(warehouse, row_count=4, newest_change=CURSOR, run_id="r2")
    for table in ("reconciliation", "source_state"):
        assert warehouse.execute(f"SELECT run_id FROM ops.{table} ORDER BY 1").fetchall() == [("r1",), ("r2",)]
