"""Files of finance: what is read of them, and how a wrong one says where it is wrong."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from connectors.finance.bookings import Booking, read_bookings
from connectors.finance.errors import BookingsColumnsError, BookingsValuesError, NoBookingsFileError, Problem
from connectors.finance.values import UnclearValueError, money

HEADER = "booking_id,booked_date,amount,currency_iso_code,opportunity_id,account_name"


def written(folder: Path, *lines: str, name: str = "bookings.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def problems(path: Path) -> list[Problem]:
    with pytest.raises(BookingsValuesError) as caught:
        read_bookings(path)
    return list(caught.value.problems)


def test_a_line_becomes_a_booking_with_its_types(tmp_path: Path) -> None:
    path = written(
        tmp_path, "F-1,2026-03-31,1234.50,eur,006000000000001AAA,Acme", " F-2 ,2026-04-01T09:30:00,-7,,, Beta "
    )
    assert read_bookings(path) == [
        Booking("F-1", "006000000000001AAA", None, "Acme", date(2026, 3, 31), Decimal("1234.50"), "EUR", 2),
        Booking("F-2", None, None, "Beta", date(2026, 4, 1), Decimal("-7.00"), None, 3),
    ]


def test_columns_may_have_the_names_of_an_invoice_list_and_other_separators(tmp_path: Path) -> None:
    path = written(
        tmp_path, "Acme;X;1;2026-01-02;F-1", header="\ufeffCustomer Name;Cost Centre;Amount;Invoice-Date;Invoice ID"
    )
    assert read_bookings(path) == [Booking("F-1", None, None, "Acme", date(2026, 1, 2), Decimal("1.00"), None, 2)]


def test_a_parquet_file_says_the_same_as_a_csv(tmp_path: Path) -> None:
    table = pa.table(
        {
            "booking_id": [1.0, 2.0],
            "booked_date": pa.array([date(2026, 1, 2), date(2026, 1, 3)]),
            "amount": pa.array([Decimal("10.25"), Decimal("3.00")], pa.decimal128(18, 2)),
            "account_name": ["Acme", "Beta"],
        }
    )
    parquet.write_table(table, tmp_path / "bookings.parquet")
    assert [(each.booking_id, each.amount, each.line) for each in read_bookings(tmp_path / "bookings.parquet")] == [
        ("1", Decimal("10.25"), 1),
        ("2", Decimal("3.00"), 2),
    ]


def test_floats_and_timestamps_of_a_parquet_file_are_amounts_and_days(tmp_path: Path) -> None:
    table = pa.table(
        {"id": ["a"], "date": [datetime(2026, 1, 2, 23)], "amount": [0.1], "account_id": ["001000000000001"]}
    )
    parquet.write_table(table, tmp_path / "bookings.parquet")
    (booking,) = read_bookings(tmp_path / "bookings.parquet")
    assert (booking.booked_date, booking.amount) == (date(2026, 1, 2), Decimal("0.10"))


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("F-1,31.03.2026,1,,,Acme", "booked_date", "it is no day"),
        ("F-1,,1,,,Acme", "booked_date", "it is empty"),
        (",2026-03-31,1,,,Acme", "booking_id", "it is empty"),
        ("F-1,2026-03-31,,,,Acme", "amount", "it is empty"),
        ('F-1,2026-03-31,"1,234.50",,,Acme', "amount", "it is no plain number"),
        ('F-1,2026-03-31,"1234,50",,,Acme', "amount", "it is no plain number"),
        ("F-1,2026-03-31,1.234,,,Acme", "amount", "it has more than two digits after the point"),
        ("F-1,2026-03-31,NaN,,,Acme", "amount", "it is no plain number"),
        ("F-1,2026-03-31,1e400,,,Acme", "amount", "it is no plain number"),
        ("F-1,2026-03-31,1000000000000000,,,Acme", "amount", "it is too large to be an amount"),
        ("F-1,2026-03-31,1,EURO,,Acme", "currency_iso_code", "it is no ISO code of a currency"),
        ("F-1,2026-03-31,1,,Deal 7,Acme", "opportunity_id", "it is no Salesforce id"),
        ("F-1,2026-03-31,1,,,", "account_name", "neither a deal nor an account is named"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_a_remedy(tmp_path: Path, line: str, column: str, reason: str) -> None:
    (problem,) = problems(written(tmp_path, "F-0,2026-03-31,1,,,Acme", line))
    assert (problem.line, problem.column, problem.reason) == (3, column, reason)
    assert problem.remedy


def test_all_wrong_lines_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, *(f"F-{n},yesterday,much,,,Acme" for n in range(30)))
    found = problems(path)
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert len(found) == 60
    told = str(BookingsValuesError(path, found))
    assert "60 values" in told
    assert "line 2, booked_date 'yesterday'" in told
    assert "and 50 more" in told


def test_a_booking_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(
        written(tmp_path, "F-1,2026-03-31,1,,,Acme", "F-2,2026-03-31,1,,,Acme", "F-1,2026-03-31,2,,,Acme")
    )
    assert (problem.line, problem.reason) == (4, "line 2 has the same")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("booking_id,booked_date,account_name", "it has no column amount"),
        ("booking_id,booked_date,amount", "it has none of the columns opportunity_id, account_id, account_name"),
        ("booking_id,Invoice ID,booked_date,amount,account", "more than one column is booking_id"),
    ],
)
def test_columns_that_are_missing_or_doubled_are_named(tmp_path: Path, header: str, reason: str) -> None:
    with pytest.raises(BookingsColumnsError, match=reason):
        read_bookings(written(tmp_path, header=header))


def test_a_line_with_more_values_than_columns_is_torn(tmp_path: Path) -> None:
    with pytest.raises(BookingsColumnsError, match="line 3 has 7 values and the first line 6"):
        read_bookings(written(tmp_path, "F-0,2026-03-31,1,,,Acme", "F-1,2026-03-31,1,,,Acme, Inc."))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("none.csv", None, "there is no such file"),
        ("bookings.xlsx", b"PK", "it ends in .xlsx"),
        ("bookings.csv", "booking_id,Kundenname\nF-1,M\u00fcller".encode("latin-1"), "is no UTF-8"),
        ("bookings.csv", (HEADER + '\nF-1,"2026').encode(), "is no CSV"),
        ("bookings.parquet", b"PAR?", "it is no Parquet file"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NoBookingsFileError, match=reason):
        read_bookings(path)


def test_a_file_with_a_header_alone_holds_no_bookings(tmp_path: Path) -> None:
    assert read_bookings(written(tmp_path)) == []


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=2))
def test_any_amount_to_the_cent_is_read_as_it_is(amount: Decimal) -> None:
    assert money(f"{amount:f}") == amount
    assert money(amount) == amount


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=1, max_value=9))
def test_a_fraction_of_a_cent_is_never_rounded_in_silence(cents: int, thousandth: int) -> None:
    with pytest.raises(UnclearValueError):
        money(f"{cents}.00{thousandth}")
