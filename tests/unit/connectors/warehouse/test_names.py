"""Values as SQL constants: what goes in comes out."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import connect
from connectors.warehouse.names import constant, constants

VALUES = [
    None,
    True,
    False,
    0,
    -(2**62),
    0.1,
    1e-300,
    -12345.678901234567,
    "",
    "it's 'quoted' \\ and \"so\"; -- $1 ? {}",
    "before\0after\0",
    "Démo 🎉\r\n\ttab",
    date(2024, 2, 29),
    datetime(2026, 3, 18, 12, 0, 0, 123456),
    Decimal("-12345678901234567890.123456"),
    Decimal("1E+3"),
]


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return connect(tmp_path / "w.duckdb")


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was_written(connection: duckdb.DuckDBPyConnection, value: object) -> None:
    with connection:
        assert connection.execute(f"SELECT {constant(value)}").fetchall() == [(value,)]


def test_a_list_of_values_is_a_row(connection: duckdb.DuckDBPyConnection) -> None:
    with connection:
        assert connection.execute(f"VALUES {constants(['a', 1, None])}").fetchall() == [("a", 1, None)]


@pytest.mark.parametrize("value", [datetime(2026, 3, 18, tzinfo=UTC), b"bytes", ["a"]], ids=repr)
def test_what_has_no_constant_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be written into SQL"):
        constant(value)


def test_a_sync_needs_neither_pandas_nor_a_soap_library(tmp_path: Path) -> None:
    """They would be most of the cost of a small one."""
    program = (
        "import sys; from tests.support.sync import main; sys.argv = ['sync', *sys.argv[1:]]; code = main(); "
        "print(sorted({'numpy', 'pandas', 'pyarrow', 'zeep', 'simple_salesforce'} & set(sys.modules))); sys.exit(code)"
    )
    from connectors.sandbox.server import SandboxServer
    from tests.support.large_org import NAME, large_org

    with SandboxServer(large_org(50)) as server:
        words = [sys.executable, "-c", program, server.url, str(tmp_path), f"{NAME}=20"]
        for _ in range(2):
            done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[4], check=False)
            assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
