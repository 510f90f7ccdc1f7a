"""Pages that are older than the bound go, what was not loaded stays, and a replay says what it can rebuild."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.landed import LandedBatch
from connectors.salesforce.auth import SessionCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.objects import OBJECTS
from connectors.salesforce.organization import fetch_organization
from connectors.salesforce.sync import Known, landings
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.server import SandboxServer
from connectors.warehouse import ledger
from connectors.warehouse.connection import connect
from connectors.warehouse.errors import LandingGapError
from connectors.warehouse.landing import recover
from connectors.warehouse.lending import Lender
from connectors.warehouse.retention import Pruned, prune
from orchestration.exits import Exit
from orchestration.intake import Intake, options
from orchestration.machine import doctor
from orchestration.rebuilding import replay
from orchestration.settings import Settings, load_settings

NOW = datetime(2026, 3, 18, 12)
DEALS = next(entry for entry in OBJECTS if entry.name == "Opportunity")
DAY = timedelta(days=1)
LIVED = 4 * DAY  # so that some deals change between two syncs


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    org = open_company(seed=7, scale=0.02, anchor=date(2026, 3, 18), clock=Clock(NOW))
    with SandboxServer(org, session_id="token") as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, server: SandboxServer) -> Settings:
    told = {"salesforce_instance_url": server.url, "salesforce_session_id": "token", "objects": "Opportunity"}
    return load_settings(home=tmp_path, landing_days=1, _env_file=None, **told)


def sync(settings: Settings, server: SandboxServer, run: str) -> None:
    """A sync as the product does it; some days later than the one before."""
    server.org.advance_to(server.org.clock.now + LIVED)
    with Client(SessionCredentials(server.url, "token")) as client, connect(settings.warehouse_file) as connection:
        recover(connection, settings.landing)
        with Lender(connection.cursor) as lender:
            Intake(client, lender, settings, run, fetch_organization(client)).take(DEALS)


def land_and_die(settings: Settings, server: SandboxServer) -> Path:
    """A sync that is ended between its landing and its load; the folder that nobody loaded."""
    server.org.advance_to(server.org.clock.now + LIVED)
    with connect(settings.warehouse_file) as connection:
        known = Known(ledger.cursor(connection, "Opportunity"), ledger.known_columns(connection, "opportunity"))
    with Client(SessionCredentials(server.url, "token")) as client:
        landed = landings(
            client,
            "Opportunity",
            landing_dir=settings.landing,
            known=known,
            run_id="dead",
            expected_fields=DEALS.fields,
            options=options(settings),
        )
        with closing(landed):
            batch = next(landed)
    assert isinstance(batch, LandedBatch) and batch.folder is not None and batch.rows
    return batch.folder


def pruned(settings: Settings, later: timedelta) -> Pruned:
    with connect(settings.warehouse_file) as connection:
        return prune(connection, settings.landing, settings.landing_days, now=datetime.now(UTC) + later)


def folders(settings: Settings) -> set[Path]:
    return {path.parent for path in settings.landing.glob("salesforce/*/*/*.json")}


def said(settings: Settings, subject: str) -> tuple[str, str]:
    return next((f.verdict, f.detail) for f in doctor(settings).findings if f.subject == subject)


def assert_agrees(settings: Settings, run: str) -> None:
    """The source's counts and sums by month are the warehouse's."""
    with connect(settings.warehouse_file) as connection:
        query = "SELECT is_equal, count(*) FROM ops.reconciliation WHERE run_id = ? GROUP BY 1"
        ((is_equal, count),) = connection.execute(query, [run]).fetchall()
    assert is_equal and count > 3


def test_pruning_keeps_what_was_never_loaded_and_a_replay_equal_to_the_last_row(
    settings: Settings, server: SandboxServer
) -> None:
    for run in ("first", "second"):
        sync(settings, server, run)
    old, never_loaded = folders(settings), land_and_die(settings, server)
    assert pruned(settings, DAY / 2).folders == 0
    done = pruned(settings, 2 * DAY)
    assert (done.folders, done.base_number) == (len(old), len(old))
    assert folders(settings) == {never_loaded}
    sync(settings, server, "third")
    found = replay(settings)
    told = {finding.subject: finding.detail for finding in found.findings}
    assert found.exit_code == Exit.OK
    assert f"after the base of load {done.base_number}" in told["rebuilt"]
    assert "equal to the last one" in told["opportunity"]
    with connect(settings.warehouse_file) as connection:
        loaded = [load for load in ledger.loads(connection, "third") if load.purpose == "rows"]
    assert len(loaded) == 2, "what the dead run had landed, and what came since"
    assert_agrees(settings, "third")


def test_without_its_base_a_replay_stops_and_says_what_is_lost(settings: Settings, server: SandboxServer) -> None:
    sync(settings, server, "first")
    pruned(settings, 2 * DAY)
    backup = settings.root / "backup.duckdb"
    shutil.copy(settings.warehouse_file, backup)
    sync(settings, server, "second")
    assert said(settings, "landing zone")[0] == "ok"
    shutil.rmtree(settings.landing / "base")
    with pytest.raises(LandingGapError, match=r"No load is in the warehouse.*from number \d on.*Restore the folder"):
        replay(settings)
    verdict, detail = said(settings, "landing zone")
    assert verdict == "warn" and "Without it earlier versions are lost" in detail
    settings.warehouse_file.unlink()
    with pytest.raises(LandingGapError, match="fetches everything anew"):
        sync(settings, server, "third")


def test_an_older_backup_of_the_warehouse_is_not_brought_up_to_date_with_a_hole_in_it(
    settings: Settings, server: SandboxServer
) -> None:
    sync(settings, server, "first")
    backup = settings.root / "backup.duckdb"
    shutil.copy(settings.warehouse_file, backup)
    sync(settings, server, "second")
    pruned(settings, 2 * DAY)
    sync(settings, server, "third")
    shutil.copy(backup, settings.warehouse_file)
    with pytest.raises(LandingGapError, match=r"loads up to number \d, .*salespulse replay --accept-differences"):
        sync(settings, server, "fourth")
    assert replay(settings, accepts_differences=True).exit_code == Exit.OK
    sync(settings, server, "fifth")
    assert_agrees(settings, "fifth")
