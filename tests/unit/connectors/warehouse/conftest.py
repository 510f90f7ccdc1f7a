"""A warehouse in a temporary folder, and a way to land pages as the connector leaves them."""

import csv
import gzip
import hashlib
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors import landing_zone
from connectors.landed import Column, LandedBatch, LandedPage
from connectors.warehouse.connection import connect

DEALS = (
    Column("Id", "id", "VARCHAR"),
    Column("IsDeleted", "is_deleted", "BOOLEAN"),
    Column("SystemModstamp", "system_modstamp", "TIMESTAMP"),
    Column("Name", "name", "VARCHAR"),
    Column("Amount", "amount", "DECIMAL(18,2)"),
)


def written_page(folder: Path, number: int, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> LandedPage:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([column.source_name for column in columns])
    writer.writerows(rows)
    content = gzip.compress(text.getvalue().encode(), compresslevel=1)
    path = folder / f"page-{number:05}.csv.gz"
    path.write_bytes(content)
    return LandedPage(number, path, len(rows), len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., LandedBatch]:
    """Write pages (each a list of rows of text) and describe them as a batch of opportunities."""

    def landed(*pages: Sequence[Sequence[str]], columns: Sequence[Column] = DEALS, **changes: Any) -> LandedBatch:
        folder = tmp_path_factory.mktemp("landing")
        batch: dict[str, Any] = {
            "object_name": "Opportunity",
            "table": "opportunity",
            "mode": "incremental",
            "columns": tuple(columns),
            "pages": tuple(written_page(folder, n, columns, rows) for n, rows in enumerate(pages, 1)),
            "job_id": "750000000000001AAA",
            "query": "SELECT Id FROM Opportunity",
            "cursor_name": "system_modstamp",
            "window_start": None,
            "window_end": datetime(2026, 1, 31, tzinfo=UTC),
            "seconds": 1.5,
        }
        return LandedBatch(**batch | changes)

    return landed


@pytest.fixture
def land_for_good(tmp_path: Path) -> Callable[..., LandedBatch]:
    """The same within a landing zone, `<tmp>/landing`, with a manifest: such a batch can be replayed."""
    numbers = itertools.count(1)

    def landed(*pages: Sequence[Sequence[str]], columns: Sequence[Column] = DEALS, **changes: Any) -> LandedBatch:
        table = changes.get("table", "opportunity")
        folder = landing_zone.new_folder(tmp_path / "landing", "salesforce", table, f"run-{next(numbers)}")
        folder.mkdir(parents=True)
        batch: dict[str, Any] = {
            "object_name": "Opportunity",
            "table": table,
            "mode": "incremental",
            "columns": tuple(columns),
            "pages": tuple(written_page(folder, n, columns, rows) for n, rows in enumerate(pages, 1)),
            "job_id": folder.name,
            "query": "SELECT Id FROM Opportunity",
            "cursor_name": "system_modstamp",
            "window_start": None,
            "window_end": datetime(2026, 1, 31, tzinfo=UTC),
            "seconds": 1.5,
            "folder": folder,
        }
        whole = LandedBatch(**batch | changes)
        landing_zone.write_batch(whole)
        return whole

    return landed


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    # One thread: starting more for a handful of rows is most of what such a test would cost.
    with connect(tmp_path / "warehouse.duckdb", threads=1) as connection:
        yield connection
