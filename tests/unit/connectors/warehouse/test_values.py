"""What stands in a page stands in the table: nasty texts byte for byte, and arbitrary values by property."""

import csv
import gzip
import hashlib
import io
import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.landed import Column, LandedBatch, LandedPage
from connectors.warehouse.landing import load

NASTY = (
    *("NA", "null", "None", "NULL", "nan", " ", "  ", "007", "1e5", "true", "0x1F", "-", "\\N", "\\", "\\\\n"),
    *("a\r\nb", "a\nb", "a\rb", "\r\n", "\n", '"', '""', 'a"b', '"a"', ",", "',;\t|", "'", 'a,b\r\n"c"\r\n'),
    *(
        "emoji 👩‍👩‍👧 🇺🇳",
        "Žluťoučký",
        "中文",
        "\u202ertl",
        "e\u0301",
        "\ufeffbom",
        "a\x00b",
        "\x00",
        "\x01\x1f\x7f",
        "=1+1",
    ),
)
COLUMNS = (
    Column("Id", "id", "VARCHAR"),
    Column("Text", "text", "VARCHAR"),
    Column("Money", "money", "DECIMAL(18,2)"),
    Column("Number", "number", "DOUBLE"),
    Column("Count", "count", "BIGINT"),
    Column("Day", "day", "DATE"),
    Column("At", "at", "TIMESTAMP"),
    Column("Flag", "flag", "BOOLEAN"),
)
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
INSTANTS = st.datetimes(datetime(1700, 1, 1), datetime(4000, 12, 31)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
NUMBERS = itertools.count()
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS,
        st.none() | st.decimals(Decimal(-(10**15)), Decimal(10**15), places=2),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.dates(date(1700, 1, 1), date(4000, 12, 31)),
        st.none() | INSTANTS,
        st.none() | st.booleans(),
    ),
    max_size=12,
)


def cell(value: object) -> str:
    """A value as the Bulk API writes it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value.isoformat(timespec='milliseconds')}Z"
        case _:
            return str(value)


@pytest.mark.parametrize("is_first", [True, False], ids=["into an empty table", "into a filled one"])
def test_nasty_texts_survive_byte_for_byte(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], is_first: bool
) -> None:
    columns = (Column("Id", "id", "VARCHAR"), Column("Text", "text", "VARCHAR"))
    texts = {f"{number:03}": text for number, text in enumerate((*NASTY, "x" * 3_000_000, "é\r\n" * 700_000))}
    if not is_first:
        load(warehouse, land([["000", "before"]], columns=columns), run_id="r0")
    result = load(warehouse, land([[key, text] for key, text in texts.items()], columns=columns), run_id="r1")
    assert (result.rows_read, result.rejected) == (len(texts), 0)
    stored = warehouse.execute("SELECT id, text FROM raw_salesforce.opportunity").fetchall()
    assert dict(stored) == texts


def test_an_empty_value_is_no_value(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    columns = (Column("Id", "id", "VARCHAR"), Column("Text", "text", "VARCHAR"))
    load(warehouse, land([["1", ""]], columns=columns), run_id="r1")
    assert warehouse.execute("SELECT text FROM raw_salesforce.opportunity").fetchall() == [(None,)]


@pytest.mark.parametrize("cells", [["1", "false", "", "a", "99999999999999999.99"], ["1", "perhaps", "", "a", "1"]])
def test_the_first_load_minds_cells_that_do_not_fit_like_any_other(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], cells: Sequence[str]
) -> None:
    assert load(warehouse, land([cells, ["2", "true", "", "b", "2"]]), run_id="r1").rejected == 1
    assert warehouse.execute(
        "SELECT count(*), count(amount) + count(is_deleted) FROM raw_salesforce.opportunity"
    ).fetchall() == [(2, 3)]


def _landed(folder: Path, rows: Sequence[Sequence[Any]]) -> LandedBatch:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([column.source_name for column in COLUMNS])
    writer.writerows([[str(number), *map(cell, row)] for number, row in enumerate(rows)])
    content = gzip.compress(text.getvalue().encode())
    (folder / "page.csv.gz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    page = LandedPage(1, folder / "page.csv.gz", len(rows), len(content), digest)
    end = datetime(2026, 1, 31, tzinfo=UTC)
    # A table of its own: an example must not meet the rows of the one before.
    table = f"thing_{next(NUMBERS)}"
    return LandedBatch(table, table, "full", COLUMNS, (page,), "j", "q", None, None, end, 0.0)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_arbitrary_values_come_back_equal(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, rows: list[tuple[Any, ...]]
) -> None:
    batch = _landed(tmp_path, rows)
    result = load(warehouse, batch, run_id="r1")
    names = ", ".join(f'"{column.name}"' for column in COLUMNS[1:])
    query = f"SELECT {names} FROM raw_salesforce.{batch.table} ORDER BY CAST(id AS INT)"
    assert warehouse.execute(query).fetchall() == rows
    assert result.rejected == 0
