"""A warehouse that is lent is free for others while nobody uses it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connectors.warehouse.connection import connect
from connectors.warehouse.lending import Lender

AT_ONCE, NEVER = 0.01, 3_600.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def closed_soon(lender: Lender) -> bool:
    deadline = time.monotonic() + 10
    while lender.is_open and time.monotonic() < deadline:
        time.sleep(0.005)
    return not lender.is_open


def opener(file: Path, opened: list[float]) -> Callable[[], duckdb.DuckDBPyConnection]:
    def open_it() -> duckdb.DuckDBPyConnection:
        opened.append(time.monotonic())
        return connect(file)

    return open_it


def test_it_is_opened_when_it_is_used_first_and_stays_open_between_uses(file: Path) -> None:
    opened: list[float] = []
    with Lender(opener(file, opened), idle_seconds=NEVER) as lender:
        assert not file.exists()
        for _ in range(3):
            with lender.use() as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS t (a INT)")
        assert (len(opened), lender.is_open) == (1, True)
    assert not lender.is_open


def test_after_a_pause_it_is_closed_and_comes_back_with_all_that_was_written(file: Path) -> None:
    opened: list[float] = []
    with Lender(opener(file, opened), idle_seconds=AT_ONCE) as lender:
        with lender.use() as connection:
            connection.execute("CREATE TABLE t AS SELECT 42 AS a")
        assert closed_soon(lender)
        with connect(file, read_only=True) as reader:
            assert reader.execute("SELECT a FROM t").fetchall() == [(42,)]
        with lender.use() as connection:
            assert connection.execute("SELECT a FROM t").fetchall() == [(42,)]
    assert len(opened) == 2


def test_while_it_is_used_no_pause_closes_it(file: Path) -> None:
    with Lender(lambda: connect(file), idle_seconds=AT_ONCE) as lender, lender.use() as connection:
        with lender.use():
            pass
        time.sleep(10 * AT_ONCE)
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_connection_that_is_open_already_is_taken_over_and_closed(file: Path) -> None:
    mine = connect(file)
    with Lender(lambda: connect(file), mine) as lender, lender.use() as connection:
        assert connection is mine
    with pytest.raises(duckdb.ConnectionException):
        mine.execute("SELECT 1")


def test_no_thread_is_left_behind(file: Path) -> None:
    before = threading.active_count()
    with Lender(lambda: connect(file), idle_seconds=NEVER) as lender:
        for _ in range(5):
            with lender.use():
                pass
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.005)
    assert threading.active_count() == before
