"""A sync killed at any point and started again ends with what the source has, row by row, while the source lives on."""

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.sandbox.server import SandboxServer
from connectors.warehouse.connection import connect
from tests.support.equality import differences
from tests.support.made_org import KINDS, START, made_org
from tests.support.sync import WAREHOUSE

ROOT = Path(__file__).parents[2]
KILLED = ["bulk", "history", "rest only"]
# More than a sync of these logs and opens: a child that lives longer than that ends by itself.
LINES, FILES, SECONDS = 34, 110, 1.0


def _child(server: SandboxServer, home: Path, *options: str) -> subprocess.Popen[str]:
    objects = [f"{KINDS[kind].name}={KINDS[kind].page_rows}" for kind in KILLED]
    command = [sys.executable, "-m", "tests.support.sync", server.url, str(home), *objects, *options]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def _deaths(dice: random.Random) -> Iterator[tuple[float | None, list[str]]]:
    """How the next child dies: by whom (seconds until this process kills it) or told to die by itself."""
    while True:
        delay = ["--delay", f"{dice.random() * 0.05:.4f}"] if dice.random() < 0.5 else []
        yield None, ["--die-at-line", str(dice.randrange(1, LINES)), *delay]
        yield None, ["--die-at-file", str(dice.randrange(1, FILES)), *delay]
        yield 0.6 + dice.random() * SECONDS, []


def _run(server: SandboxServer, home: Path, seconds: float | None, options: list[str]) -> int:
    """The exit code of a child that was to die."""
    with _child(server, home, *options) as child:
        try:
            _, said = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            _, said = child.communicate()
        assert child.returncode in (0, -signal.SIGKILL), said
        return child.returncode


def _assert_whole_loads(home: Path) -> None:
    """Rows, ledgers and cursor of an object are there together or not at all."""
    if not (home / WAREHOUSE).exists():
        return
    with connect(home / WAREHOUSE) as connection:
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw_salesforce' "
            "AND NOT contains(table_name, '__changes')"
        ).fetchall()
        for (table,) in tables:
            (live,) = connection.execute(
                f'SELECT count(*) FROM raw_salesforce."{table}" WHERE _deleted_at IS NULL'
            ).fetchone() or (0,)
            state = connection.execute("SELECT row_count FROM ops.sync_state WHERE table_name = ?", [table]).fetchall()
            assert state == ([(live,)] if live else []), table


def _kill_often(home: Path, deaths: int, seed: int) -> None:
    dice = random.Random(seed)
    org = made_org(KILLED, seed=seed, hours=deaths)
    with SandboxServer(org) as server:
        died = hour = 0
        for seconds, options in _deaths(dice):
            died += _run(server, home, seconds, options) == -signal.SIGKILL
            _assert_whole_loads(home)
            if died == deaths:
                break
            if hour < deaths and dice.random() < 0.5:
                hour += 1
                org.advance_to(START + timedelta(hours=hour))
        # An hour in which nothing happens: rows of the last minutes are the next sync's.
        org.advance_to(START + timedelta(hours=deaths + 1))
        assert _run(server, home, None, []) == 0
        with connect(home / WAREHOUSE) as connection:
            assert [each for kind in KILLED for each in differences(org, connection, KINDS[kind].name)] == []


def test_a_sync_killed_ten_times_ends_equal_to_the_source(tmp_path: Path) -> None:
    _kill_often(tmp_path, 10, seed=7)


@pytest.mark.bench
def test_a_sync_killed_a_hundred_times_ends_equal_to_the_source(tmp_path: Path) -> None:
    for seed in range(4):
        _kill_often(tmp_path / str(seed), 30, seed)
