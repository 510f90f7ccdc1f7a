"""A warehouse in a temporary folder."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import connect


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path / "warehouse.duckdb", threads=1) as connection:
        yield connection
