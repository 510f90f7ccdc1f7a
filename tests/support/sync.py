"""A sync without Dagster: fetch and load, object by object, in this process or as one that gets killed.

`python -m tests.support.sync URL HOME OBJECT=PAGE_ROWS …` syncs and exits 0, or says in one line why it stopped
and exits 1. `--die-at-line N` kills it with SIGKILL at the Nth line it logs, `--die-at-file N` at the Nth file
that it opens, renames or removes below HOME; with `--delay S` it dies so many seconds after that, whatever it is
doing then, a statement of DuckDB included. `--measured` syncs as the product does, with its own patience, its
threshold for REST, one connection for all and the source's totals held against the warehouse, and prints as JSON
what the sync alone cost and whether all agreed.
"""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from connectors.landed import LandedBatch, SourceTotals
from connectors.salesforce.auth import ClientCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.errors import SalesforceError
from connectors.salesforce.naming import table_name
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.sync import Known, Landed, landings
from connectors.salesforce.transport import Patience
from connectors.warehouse import ledger
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import WarehouseError
from connectors.warehouse.landing import LoadResult, load, load_deletions
from connectors.warehouse.reconciliation import reconcile

WAREHOUSE = "warehouse.duckdb"
FILE_EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir"})


def client(url: str, **patience: Any) -> Client:
    """A client that can log in again, and that does not wait between its attempts."""
    told: dict[str, Any] = {"base": 0.0, "longest_retry_after": 0.01, "first_poll": 0.002, "longest_poll": 0.02}
    return Client(ClientCredentials(url, "sandbox", "sandbox"), patience=Patience(**{**told, **patience}))


def sync(
    org: Client, home: Path, objects: Mapping[str, int], *, rest_rows: int = 0, **known: bool
) -> dict[str, LoadResult]:
    """Fetch and load these objects (name → rows a page); the result of each one's last load.

    By Bulk wherever the org offers it, unless `rest_rows` says otherwise; `known` are schedules that are due
    (`is_refresh_due`, `is_sweep_due`). Raises what fetching and loading raise.
    """
    run_id, done = uuid.uuid4().hex[:12], {}
    for name, page_rows in objects.items():
        landed = landings(
            org,
            name,
            landing_dir=home / "landing",
            known=_known(home, name, **known),
            run_id=run_id,
            expected_fields={},
            options=FetchOptions(page_rows=page_rows, rest_rows=rest_rows),
        )
        with closing(landed):
            for each in landed:
                done[name] = _load(home, each, run_id, org.instance_url)
    return done


def _known(home: Path, name: str, **due: bool) -> Known:
    with connect(home / WAREHOUSE) as connection:
        return _known_to(connection, name, **due)


def _known_to(connection: DuckDBPyConnection, name: str, **due: bool) -> Known:
    cursor = ledger.cursor(connection, name)
    columns = ledger.known_columns(connection, table_name(name)) if cursor else None
    return Known(cursor, columns, cursor_name=ledger.cursor_name(connection, name), **due)


def _load(home: Path, landed: Landed, run_id: str, instance_url: str) -> LoadResult:
    with connect(home / WAREHOUSE) as connection:
        return _load_into(connection, landed, run_id, instance_url)


def _load_into(connection: DuckDBPyConnection, landed: Landed, run_id: str, instance_url: str) -> LoadResult:
    if isinstance(landed, LandedBatch):
        return load(connection, landed, run_id=run_id, instance_url=instance_url, time_zone="GMT")
    return load_deletions(connection, landed, run_id=run_id)


class _Death:
    """Counts down to the moment at which this process dies, as if the machine had lost its power."""

    def __init__(self, moment: int, delay: float) -> None:
        self._left, self._delay = moment, delay

    def comes_closer(self) -> None:
        self._left -= 1
        if self._left == 0 and self._delay:
            threading.Thread(target=self._strike, daemon=True).start()
        elif self._left == 0:
            self._strike()

    def _strike(self) -> None:
        time.sleep(self._delay)
        os.kill(os.getpid(), signal.SIGKILL)


class _Lines(logging.Handler):
    def __init__(self, death: _Death) -> None:
        super().__init__()
        self._death = death

    def emit(self, record: logging.LogRecord) -> None:
        self._death.comes_closer()


def _watch_files(death: _Death, home: str) -> None:
    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and str(arguments[0]).startswith(home):
            death.comes_closer()

    sys.addaudithook(heard)


def _measured(url: str, home: Path, objects: Mapping[str, int]) -> int:
    began, run_id, rows, verdicts = time.process_time(), uuid.uuid4().hex[:12], dict.fromkeys(objects, 0), list[bool]()

    def compared(totals: SourceTotals) -> bool:
        verdicts.append(reconcile(connection, totals))
        return verdicts[-1]

    with Client(ClientCredentials(url, "sandbox", "sandbox")) as org, connect(home / WAREHOUSE) as connection:
        for name, page_rows in objects.items():
            landed = landings(
                org,
                name,
                landing_dir=home / "landing",
                known=_known_to(connection, name),
                run_id=run_id,
                expected_fields={},
                options=FetchOptions(page_rows=page_rows),
                compare=compared,
            )
            with closing(landed):
                for each in landed:
                    rows[name] += _load_into(connection, each, run_id, org.instance_url).rows_read
    told = {"cpu_seconds": time.process_time() - began, "rows": rows, "agrees": all(verdicts) and bool(verdicts)}
    sys.stdout.write(json.dumps(told))
    return 0


def main() -> int:
    """The process that the kill test starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("home", type=Path)
    parser.add_argument("objects", nargs="+")
    parser.add_argument("--die-at-line", type=int, default=0)
    parser.add_argument("--die-at-file", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--measured", action="store_true")
    told = parser.parse_args()
    objects = {name: int(rows) for name, _, rows in (each.partition("=") for each in told.objects)}
    if told.measured:
        return _measured(told.url, told.home, objects)
    logging.getLogger("salespulse").setLevel(logging.DEBUG)
    logging.getLogger("salespulse").addHandler(_Lines(_Death(told.die_at_line, told.delay)))
    if told.die_at_file:
        _watch_files(_Death(told.die_at_file, told.delay), str(told.home))
    try:
        with client(told.url) as org:
            sync(org, told.home, objects)
    except (SalesforceError, WarehouseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
