"""From the text of a cell to its value: whatever can be kept is kept, whatever cannot is told."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.landed import Column, LandedBatch
from connectors.warehouse.connection import connect
from connectors.warehouse.pages import read

TYPES = {
    "name": "VARCHAR",
    "amount": "DECIMAL(18,2)",
    "count": "BIGINT",
    "rate": "DOUBLE",
    "close_date": "DATE",
    "closed_at": "TIMESTAMP",
    "is_won": "BOOLEAN",
    "starts": "TIME",
}
COLUMNS = (Column("Id", "id", "VARCHAR"), *(Column(name.title(), name, kind) for name, kind in TYPES.items()))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("scratch") / "scratch.duckdb", threads=1) as connection:
        yield connection


def incoming(connection: duckdb.DuckDBPyConnection, batch: LandedBatch) -> list[tuple[Any, ...]]:
    read(connection, batch, {column.name: column.duckdb_type for column in batch.columns})
    names = ", ".join(f'"{column.name}"' for column in batch.columns)
    return connection.execute(f"SELECT {names} FROM incoming_rows ORDER BY id").fetchall()


def one_cell(
    connection: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], kind: str, text: str
) -> tuple[Any, str | None]:
    """The value of a cell, and the text that is reported as not kept whole."""
    columns = [Column("Id", "id", "VARCHAR"), Column("F", "f", kind)]
    read(connection, land([["1", text]], columns=columns), {"id": "VARCHAR", "f": kind})
    (row,) = connection.execute('SELECT f, "lost f" FROM incoming_rows').fetchall()
    return row[0], row[1]


# Everything that UTF-8 can carry; an empty text is a null in Salesforce and so here.
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
records = st.fixed_dictionaries(
    {
        "name": texts,
        "amount": st.none() | st.decimals(-(10**15), 10**15, places=2, allow_nan=False),
        "count": st.none() | st.integers(-(2**63), 2**63 - 1),
        "rate": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "close_date": st.none() | st.dates(),
        "closed_at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "is_won": st.none() | st.booleans(),
        "starts": st.none() | st.times(),
    }
)


def as_salesforce_writes(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, str) else str(value)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(records, max_size=5))
def test_values_come_back_equal(
    scratch: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], rows: list[dict[str, Any]]
) -> None:
    page = [[f"{n:03}", *(as_salesforce_writes(row[name]) for name in TYPES)] for n, row in enumerate(rows)]
    expected = [(f"{n:03}", *(row[name] for name in TYPES)) for n, row in enumerate(rows)]
    found = incoming(scratch, land(page, columns=COLUMNS))
    zoned = [tuple(v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in row) for row in found]
    assert zoned == expected


@pytest.mark.parametrize(
    "text",
    [
        "NA",
        "null",
        "None",
        "  ",
        "007",
        "a\r\nb",
        "a\nb",
        'say "yes"',
        "a\x00b",
        "\\N",
        ",;\t",
        "x" * 3_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_text_stays_byte_for_byte(
    scratch: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], text: str
) -> None:
    columns = [Column("Id", "id", "VARCHAR"), Column("F", "f", "VARCHAR")]
    assert incoming(scratch, land([["1", text]], columns=columns)) == [("1", text)]


INSTANT = datetime(2024, 1, 1, 12, 30)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("TIMESTAMP", "2024-01-01T12:30:00.000Z", INSTANT),
        ("TIMESTAMP", "2024-01-01T12:30:00.000+0000", INSTANT),
        ("TIMESTAMP", "2024-01-01T14:30:00.000+0200", INSTANT),
        ("DATE", "2024-01-01", date(2024, 1, 1)),
        ("DATE", "2024-01-01T00:00:00.000Z", date(2024, 1, 1)),
        ("TIME", "09:30:00.000Z", time(9, 30)),
        ("BIGINT", "0.0", 0),
        ("BIGINT", "3.00", 3),
        ("BIGINT", "1.2E3", 1200),
        ("BOOLEAN", "true", True),
        ("BOOLEAN", "0", False),
        ("DECIMAL(18,2)", "1.0E7", Decimal(10_000_000)),
        ("DECIMAL(18,2)", "1.E3", Decimal(1000)),
        ("DECIMAL(18,2)", "1.2500", Decimal("1.25")),
        ("DECIMAL(18,2)", "100", Decimal(100)),
        ("DECIMAL(18,0)", "100.0", Decimal(100)),
        ("DOUBLE", "33.3", 33.3),
        ("DATE", "", None),
    ],
)
def test_the_forms_that_salesforce_writes_are_understood(
    scratch: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], kind: str, text: str, value: object
) -> None:
    assert one_cell(scratch, land, kind, text) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("DECIMAL(18,2)", "1.005", Decimal("1.01")),
        ("DECIMAL(18,4)", "1.1E-9", Decimal(0)),
        ("DECIMAL(18,4)", "1.E-9", Decimal(0)),
        ("DECIMAL(18,4)", "1E-9", Decimal(0)),
        ("DECIMAL(18,2)", "1E-9", Decimal(0)),
        ("DECIMAL(18,2)", "99999999999999999", None),
        ("DECIMAL(18,2)", "plenty", None),
        ("BIGINT", "1.5", 2),
        ("BIGINT", "9223372036854775808", None),
        ("DATE", "2024-01-01T10:00:00.000Z", date(2024, 1, 1)),
        ("DATE", "2024-02-30", None),
        ("TIMESTAMP", "yesterday", None),
        ("TIMESTAMP", "infinity", None),
        ("BOOLEAN", "maybe", None),
        ("DOUBLE", "1,5", None),
        ("TIME", "noon", None),
    ],
)
def test_a_cell_that_is_not_kept_whole_is_told(
    scratch: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], kind: str, text: str, value: object
) -> None:
    assert one_cell(scratch, land, kind, text) == (value, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(("DOUBLE", text) for text in ("1e400", "-1e400", "nan", "Infinity", "epoch")),
        *(("DATE", text) for text in ("infinity", "-infinity", "epoch", "2026-02-30")),
        *(("TIMESTAMP", text) for text in ("infinity", "epoch", "2026-02-30T00:00:00Z", "294247-01-10T04:00:55Z")),
        *(("BIGINT", text) for text in ("9223372036854775808", "1e19", "yes")),
        *(("DECIMAL(18,2)", text) for text in ("10000000000000000", "1e17", "12,50")),
        *(("BOOLEAN", text) for text in ("maybe", "2")),
    ],
)
def test_what_no_value_can_hold_is_null_and_its_text_is_told(
    scratch: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], kind: str, text: str
) -> None:
    value, lost = one_cell(scratch, land, kind, text)
    assert lost == text
    assert value is None
