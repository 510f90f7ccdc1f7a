"""Clocks that are off, rows that show up late, thousands of rows in one second: sync after sync, no change is lost."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce.errors import SalesforceError
from connectors.sandbox.server import SandboxServer
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import WarehouseError
from tests.support.equality import differences
from tests.support.made_org import KINDS, START, made_org
from tests.support.sync import WAREHOUSE, client, sync

STEP = timedelta(minutes=37)  # so that syncs fall on other minutes of each hour
HOURS = 2
SECONDS = 1.5  # in which those hours go by under a sync


def _instants() -> list[datetime]:
    return [START + STEP * number for number in range(timedelta(hours=HOURS + 1) // STEP + 1)]


def _live_through(
    home: Path,
    kind: str,
    instants: Sequence[datetime],
    before: Callable[[SandboxServer, int], Any] = lambda server, number: None,
    *,
    late: timedelta = timedelta(0),
    **server_options: Any,
) -> list[str]:
    """Sync at each instant, `before` being told the number of each, and once more in a quiet hour at the end."""
    org = made_org([kind], hours=HOURS, late=late)
    objects = {KINDS[kind].name: KINDS[kind].page_rows}
    with SandboxServer(org, **server_options) as server:
        for number, instant in enumerate(instants):
            org.advance_to(instant)
            before(server, number)
            with client(server.url) as asking:
                sync(asking, home, objects)
        server.application.faults.clear()
        org.advance_to(START + timedelta(hours=HOURS + 3))
        with client(server.url) as asking:
            sync(asking, home, objects)
        with connect(home / WAREHOUSE) as connection:
            return differences(org, connection, KINDS[kind].name)


@pytest.mark.parametrize(
    "kind",
    [
        *("bulk", "history", "rest only"),
        *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("no cursor", "stamp without filter", "many pages")),
    ],
)
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param((600,), marks=pytest.mark.slow, id="ahead"),
        pytest.param((-600,), marks=pytest.mark.slow, id="behind"),
        pytest.param((600, -600), id="now and then"),
    ],
)
def test_a_server_clock_that_is_ten_minutes_off_loses_no_change(
    tmp_path: Path, kind: str, seconds: tuple[int, ...]
) -> None:
    def skew(server: SandboxServer, number: int) -> None:
        server.application.faults.clear()
        told = {"kind": "clock_skew", "seconds": seconds[number % len(seconds)], "count": 100_000}
        server.application.faults.add(told)

    assert _live_through(tmp_path, kind, _instants(), skew) == []


@pytest.mark.parametrize(
    ("kind", "late", "lag"),
    [("bulk", 40, 40), ("rest only", 40, 40), ("history", 14, 0), ("stamp without filter", 40, 40)],
)
def test_rows_that_become_visible_late_are_not_passed_by(tmp_path: Path, kind: str, late: int, lag: int) -> None:
    """latestDateCovered stays behind running transactions; where there is none, five minutes and the overlap do."""
    found = _live_through(tmp_path, kind, _instants(), late=timedelta(minutes=late), covered_lag_seconds=lag * 60)
    assert found == []


def test_thousands_of_rows_of_one_second_come_whole_wherever_a_window_ends(tmp_path: Path) -> None:
    second = START + timedelta(minutes=11)
    instants = [START, *(second + timedelta(seconds=each) for each in (-1, 0, 1)), second + timedelta(minutes=5)]
    assert _live_through(tmp_path, "one second", instants) == []


@pytest.mark.parametrize(
    "kind", ["bulk", "rest only", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("no cursor", "history"))]
)
def test_rows_that_change_while_pages_are_read_are_not_lost(tmp_path: Path, kind: str) -> None:
    """The source lives on under every request. A sync may stop over it, but what it takes for whole is whole."""
    org = made_org([kind], hours=HOURS)
    objects = {KINDS[kind].name: KINDS[kind].page_rows}
    minutes = HOURS * 60

    def live_on() -> None:
        for minute in range(minutes):
            org.advance_to(START + timedelta(minutes=minute))
            time.sleep(SECONDS / minutes)

    life = threading.Thread(target=live_on)
    with SandboxServer(org) as server:
        life.start()
        while life.is_alive():
            with contextlib.suppress(SalesforceError, WarehouseError), client(server.url) as asking:
                sync(asking, tmp_path, objects)
        life.join()
        org.advance_to(START + timedelta(hours=HOURS + 3))
        with client(server.url) as asking:
            sync(asking, tmp_path, objects)
        with connect(tmp_path / WAREHOUSE) as connection:
            assert differences(org, connection, KINDS[kind].name) == []
