"""`salespulse sandbox advance`, `status` and `bookings`: of a running org, and of the embedded one."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.sandbox.http.tls import make_certificate
from connectors.sandbox.server import SandboxServer, open_org
from orchestration.embedded import OrgClock, clock_file, read_clock, write_clock
from orchestration.sandbox import Embedded, Running, SandboxError, parse_step
from orchestration.settings import ConfigurationError, load_settings
from tests.support.commands import salespulse_here

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.fixture
def embedded(tmp_path: Path) -> Embedded:
    settings = load_settings(home=tmp_path)
    write_clock(clock_file(settings), OrgClock(date(2026, 3, 18), NOW))
    return Embedded(settings)


def test_the_embedded_org_lives_on_by_its_file(embedded: Embedded) -> None:
    assert embedded.advance(timedelta(days=7), None) == NOW + timedelta(days=7)
    assert embedded.advance(None, datetime(2026, 4, 1)) == datetime(2026, 4, 1, tzinfo=UTC)
    kept = read_clock(embedded.file)
    assert kept == OrgClock(date(2026, 3, 18), datetime(2026, 4, 1, tzinfo=UTC))
    assert embedded.status()["now"] == "2026-04-01T00:00:00+00:00"


def test_a_clock_ahead_of_the_wall_stands_until_it_is_overtaken(embedded: Embedded) -> None:
    embedded.advance(timedelta(days=30), None)
    kept = read_clock(embedded.file)
    assert kept is not None and kept.next(NOW) == kept


def test_it_never_goes_back_nor_past_what_was_simulated(embedded: Embedded) -> None:
    with pytest.raises(SandboxError, match="cannot go back"):
        embedded.advance(None, NOW - timedelta(seconds=1))
    with pytest.raises(SandboxError, match="was simulated until 2027-03-19"):
        embedded.advance(timedelta(days=400), None)
    kept = read_clock(embedded.file)
    assert kept is not None and kept.now == NOW


def test_a_home_without_an_org_says_so(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no embedded org has been met"):
        Embedded(load_settings(home=tmp_path)).status()


def test_a_running_org_lives_on_by_its_address(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    org = open_org(scale=0.02, now=NOW)
    with SandboxServer(org, certificate=certificate) as server:
        running = Running(server.url, certificate.ca_file)
        assert running.advance(timedelta(days=7), None) == NOW + timedelta(days=7)
        assert running.status()["counts"]["Opportunity"] == org.count("Opportunity")
        with pytest.raises(SandboxError, match="cannot go back"):
            running.advance(None, NOW)
    with pytest.raises(SandboxError, match="no sandbox org answers"):
        running.status()


@pytest.mark.parametrize(("days", "hours", "to"), [(0.0, 0.0, None), (1.0, 0.0, "2026-03-31"), (0.0, 0.0, "next week")])
def test_a_step_must_be_told_once(days: float, hours: float, to: str | None) -> None:
    with pytest.raises(ConfigurationError, match="--"):
        parse_step(days, hours, to)


def test_the_commands_move_and_tell_the_clock(embedded: Embedded) -> None:
    home = embedded.settings.root
    moved = salespulse_here(home, "sandbox", "advance", "--days", "7", "--json")
    assert (moved.exit_code, moved.document) == (0, {"now": "2026-03-25T12:00:00+00:00"})
    told = salespulse_here(home, "sandbox", "status")
    assert told.exit_code == 0 and "now: 2026-03-25T12:00:00+00:00" in told.stdout
    wrong = salespulse_here(home, "sandbox", "advance", "--url", "http://127.0.0.1:9", "--days", "1", "--json")
    assert wrong.exit_code == 1 and "no sandbox org answers" in json.loads(wrong.stdout)["errors"][0]
    assert salespulse_here(home, "sandbox", "advance").exit_code == 2


def test_finance_of_the_embedded_org_hands_out_the_list_that_it_would_have_running(
    embedded: Embedded, tmp_path: Path
) -> None:
    home, small, file = embedded.settings.root, {"SALESPULSE_SANDBOX_SCALE": "0.05"}, tmp_path / "bookings.csv"
    written = salespulse_here(home, "sandbox", "bookings", str(file), env=small)
    assert written.exit_code == 0 and f"bookings written to {file}" in written.stdout
    with SandboxServer(open_org(scale=0.05, now=NOW)) as server:
        assert Running(server.url).bookings() == file.read_text()
    assert file.read_text().count("\n") > 10
    nowhere = salespulse_here(home, "sandbox", "bookings", str(tmp_path / "none" / "file.csv"), env=small)
    assert nowhere.exit_code == 1 and "none/file.csv" in nowhere.stderr
