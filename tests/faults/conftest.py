"""Cells of the fault matrix: an object kind, a fault, a page, and what must come of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce.errors import SalesforceError
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import WarehouseError
from tests.support.equality import differences
from tests.support.made_org import KINDS, START, Kind, made_org
from tests.support.sync import WAREHOUSE, client, sync

RESULT_PAGES = r"/results|/query(All)?/?[?/]"
FOREVER = 10_000


@dataclass
class Trial:
    """One object of an org, its server and a home; every sync is of that object alone."""

    kind: Kind
    server: SandboxServer
    home: Path
    patience: dict[str, Any] = field(default_factory=dict)

    def switch_on(self, told: dict[str, Any], **more: Any) -> None:
        """A fault of the sandbox; where it says no route, it is for the pages of results."""
        self.server.application.faults.add({"route": RESULT_PAGES, **told, **more})

    def fired(self) -> int:
        return sum(fault["fired"] for fault in self.server.application.faults.shown())

    def requests(self, route: str) -> Callable[[], int]:
        """Counts from now on the requests of a route."""
        fault = self.server.application.faults.add({"route": route, "kind": "delay", "seconds": 0, "count": FOREVER})
        return lambda: fault.fired

    def sync(self) -> str | None:
        """What the sync said when it stopped, None if it went through. Any other exception is a failure."""
        try:
            with client(self.server.url, **self.patience) as org:
                sync(org, self.home, {self.kind.name: self.kind.page_rows})
        except (SalesforceError, WarehouseError) as error:
            return str(error)
        return None

    def differences(self) -> list[str]:
        with connect(self.home / WAREHOUSE) as connection:
            return differences(self.server.org, connection, self.kind.name)

    def is_untouched(self) -> bool:
        """Whether the warehouse shows no row and no cursor of the object."""
        with connect(self.home / WAREHOUSE) as connection:
            tables = connection.execute("SELECT sum(estimated_size) FROM duckdb_tables()").fetchone()
            return not tables or not tables[0]


@pytest.fixture(scope="session")
def shared_org() -> Callable[[str], Org]:
    """The org of a kind as it is at the start; nobody moves its clock."""
    return cache(lambda kind: made_org([kind], hours=0))


@pytest.fixture
def try_out(tmp_path: Path, shared_org: Callable[[str], Org]) -> Iterator[Callable[..., Trial]]:
    """Makes trials. With `hours` the org is the test's own, and that many hours have passed since a first sync."""
    servers: list[SandboxServer] = []

    def make(kind: str, *, hours: int = 0, **patience: Any) -> Trial:
        org = made_org([kind], hours=hours) if hours else shared_org(kind)
        server = SandboxServer(org)
        server.start()
        servers.append(server)
        trial = Trial(KINDS[kind], server, tmp_path / "home", patience)
        if hours:
            assert trial.sync() is None
            # An hour longer than rows change: those of the last minutes would be the next sync's.
            org.advance_to(START + timedelta(hours=hours + 1))
        return trial

    yield make
    for server in servers:
        server.stop()
    shutil.rmtree(tmp_path, ignore_errors=True)
