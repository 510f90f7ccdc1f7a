"""What `status` tells: watermark, cost and lag of each object, requests made and left; also while a run works."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.landed import ApiAllowance, ApiCalls, SourceTotals
from connectors.warehouse import telemetry
from connectors.warehouse.connection import connect
from connectors.warehouse.publish import publish
from connectors.warehouse.reconciliation import reconcile
from orchestration.defs.data_export import load_export
from orchestration.inspection import Finding
from orchestration.machine import doctor
from orchestration.settings import Settings
from orchestration.standing import status

END = datetime(2026, 1, 31, 8, 0, 0, 1000, tzinfo=UTC)
# A run as another process: it holds the run lock and the warehouse until its input ends.
RUN = (
    "import sys; from pathlib import Path; from connectors.warehouse.connection import RunLock, connect\n"
    "with RunLock(Path(sys.argv[1])), connect(sys.argv[2]) as held:\n"
    "    print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    export = tmp_path / "export"
    export.mkdir()
    lead = '"1","Ann","2026-01-31T08:00:00.000Z"\n"2","Bob","2026-01-30T08:00:00.000Z"\n'
    (export / "Lead.csv").write_text('"Id","Name","SystemModstamp"\n' + lead)
    return Settings(home=tmp_path / "home", export_folder=export, _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def loaded(settings: Settings) -> Settings:
    """A home with one object of two rows, loaded by run r1."""
    with connect(settings.warehouse_file, threads=1) as connection:
        for _ in load_export(connection, settings, ["Lead"], "r1"):
            pass
        calls = [ApiCalls("r1", "Lead", "query", 4), ApiCalls("r1", None, "limits", 1)]
        telemetry.record_api_calls(connection, calls, ApiAllowance("r1", 60, 15_000), END)
    return settings


@pytest.fixture
def run(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", RUN, str(settings.root), str(settings.warehouse_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.communicate(b"")


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in status(settings).findings}


def test_an_object_is_told_with_its_watermark_and_what_its_last_sync_cost(loaded: Settings) -> None:
    with connect(loaded.warehouse_file, threads=1) as connection:
        newest = END + timedelta(minutes=3)
        told = SourceTotals("Lead", "lead", "r1", END, None, END, newest_change=newest)
        assert reconcile(connection, told)
        connection.execute(
            "UPDATE ops.loads SET lag_seconds = 240, fetch_seconds = 1.5, load_seconds = 0.5, bytes = 9e5"
        )
    lead = found(loaded)["Lead"].detail
    assert lead == (
        "2 rows, complete up to 2026-01-31 08:00 UTC by system_modstamp, 4 min behind the source then; last sync: "
        "2 rows, 0.9 MB in 2.0 s (1 rows/s), 4 API requests; the source had changes up to 08:03:00 UTC by then"
    )


def test_requests_are_told_made_and_left(loaded: Settings) -> None:
    told = found(loaded)["API requests"].detail
    assert told == (
        "5 made by the last sync (2026-01-31 08:00 UTC); 60 of the org's 15,000 were used then, 14,940 were left "
        "for 24 hours"
    )


def test_a_home_without_anything_says_so(settings: Settings) -> None:
    assert {name: finding.verdict for name, finding in found(settings).items()} == {
        "warehouse": "warn",
        "published": "warn",
    }
    assert not settings.root.exists()


def test_a_warehouse_of_an_older_version_is_told_without_what_it_lacks(loaded: Settings) -> None:
    with connect(loaded.warehouse_file, threads=1) as connection:
        for table in ("api_calls", "api_allowance", "source_state"):
            connection.execute(f"DROP TABLE ops.{table}")
    assert "API requests" not in found(loaded)
    assert found(loaded)["Lead"].detail.startswith("2 rows, complete up to 2026-01-31")


@pytest.mark.usefixtures("run")
def test_before_anything_is_published_a_run_is_told_and_nothing_is_claimed(settings: Settings) -> None:
    told = found(settings)
    assert told["run"].detail.endswith("it has loaded nothing yet")
    assert "ask again when that has ended" in told["warehouse"].detail
    assert status(settings).exit_code == 0


def test_while_a_run_writes_the_published_version_is_told_and_what_the_run_has_loaded(
    loaded: Settings, request: pytest.FixtureRequest
) -> None:
    with connect(loaded.warehouse_file, threads=1) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.facts AS SELECT 1 AS n")
        publish(connection, loaded.root, run_id="r1")
    run: subprocess.Popen[bytes] = request.getfixturevalue("run")
    told = found(loaded)
    assert f"process {run.pid} is working" in told["run"].detail
    assert (
        f"process {run.pid} is writing to it: what follows is as of the published version" in told["warehouse"].detail
    )
    assert told["Lead"].detail.startswith("2 rows, complete up to 2026-01-31 08:00 UTC")
    looked = {finding.subject: finding for finding in doctor(loaded).findings}
    assert (looked["run lock"].verdict, looked["warehouse"].verdict) == ("warn", "ok")
    assert "the run that is working holds it" in looked["warehouse"].detail
