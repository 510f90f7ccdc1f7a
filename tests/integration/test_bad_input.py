"""What goes wrong says what, why and what to do, with the exit code that the documentation names."""

import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.server import SandboxServer
from tests.support.commands import salespulse, salespulse_here

pytestmark = pytest.mark.xdist_group("bad_input")
NOW = datetime(2026, 3, 18, 12)


@pytest.fixture(scope="module")
def served() -> Iterator[SandboxServer]:
    with SandboxServer(
        open_company(seed=7, scale=0.02, anchor=NOW.date(), clock=Clock(NOW)), session_id="token"
    ) as server:
        yield server


@pytest.fixture
def server(served: SandboxServer) -> Iterator[SandboxServer]:
    yield served
    served.application.faults.clear()


@pytest.fixture
def org(server: SandboxServer) -> dict[str, str]:
    """The settings that point at the org."""
    return {"SALESPULSE_SALESFORCE_INSTANCE_URL": server.url, "SALESPULSE_SALESFORCE_SESSION_ID": "token"}


def test_a_corrupt_setting_is_named_with_its_value(tmp_path: Path) -> None:
    done = salespulse(tmp_path, "run", env={"SALESPULSE_THREADS": "many"})
    assert done.exit_code == 2
    assert "SALESPULSE_THREADS" in done.stderr
    assert "many" in done.stderr


def test_plain_http_to_a_foreign_host_is_refused(tmp_path: Path) -> None:
    org = {
        "SALESPULSE_SALESFORCE_INSTANCE_URL": "http://crm.example.com",
        "SALESPULSE_SALESFORCE_SESSION_ID": "x",
    }
    done = salespulse_here(tmp_path, "sync", env=org)
    assert done.exit_code == 2
    assert "https" in done.stderr + done.stdout


def test_an_unreachable_org_is_said_to_be_unreachable(tmp_path: Path) -> None:
    org = {
        "SALESPULSE_SALESFORCE_INSTANCE_URL": "http://127.0.0.1:9",
        "SALESPULSE_SALESFORCE_SESSION_ID": "x",
    }
    done = salespulse_here(tmp_path, "sync", env=org)
    assert done.exit_code == 4
    assert "127.0.0.1" in done.stderr + done.stdout


def test_a_wrong_password_ends_with_the_reason_and_the_remedy(server: SandboxServer, tmp_path: Path) -> None:
    login = {
        "SALESPULSE_SALESFORCE_LOGIN_URL": server.url,
        "SALESPULSE_SALESFORCE_USERNAME": "admin@sandbox.example.com",
        "SALESPULSE_SALESFORCE_PASSWORD": "wrong",
    }
    done = salespulse_here(tmp_path, "sync", env=login)
    assert done.exit_code == 4
    assert "INVALID_LOGIN" in done.stderr + done.stdout


def test_an_unknown_object_is_refused_with_a_suggestion(org: dict[str, str], tmp_path: Path) -> None:
    done = salespulse_here(tmp_path, "sync", env={**org, "SALESPULSE_OBJECTS": "Oportunity"})
    assert done.exit_code == 2
    assert "Opportunity" in done.stderr + done.stdout


def test_a_second_run_is_refused_while_one_is_running(tmp_path: Path) -> None:
    (tmp_path / "run.lock").touch()
    with (tmp_path / "run.lock").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = salespulse_here(tmp_path, "build")
    assert done.exit_code == 5
    assert "run.lock" in done.stderr


def test_an_unwritable_home_is_a_matter_of_configuration(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = salespulse_here(blocked / "home", "run")
    assert done.exit_code == 2
    assert "SALESPULSE_HOME" in done.stderr


def test_a_limited_sync_brings_only_what_was_asked_for(org: dict[str, str], tmp_path: Path) -> None:
    done = salespulse_here(tmp_path, "sync", "--json", env={**org, "SALESPULSE_OBJECTS": "opportunity,Task*"})
    assert done.exit_code == 0, done.stderr
    assert set(done.document["objects"]) == {"Opportunity", "Task", "TaskStatus"}


def test_a_page_that_stays_short_ends_the_sync_and_the_next_one_brings_all(
    server: SandboxServer, org: dict[str, str], tmp_path: Path
) -> None:
    by_bulk = {**org, "SALESPULSE_OBJECTS": "Account", "SALESPULSE_REST_ROWS": "0"}
    # The page is asked for again a few times before the sync gives up: it has to stay short.
    server.application.faults.add({"route": "GET .*/results", "kind": "short_page", "count": 100})
    cut = salespulse_here(tmp_path, "sync", "--json", env=by_bulk)
    server.application.faults.clear()
    whole = salespulse_here(tmp_path, "sync", "--json", env=by_bulk)
    assert cut.exit_code == 4
    assert cut.document["objects"] == {}
    assert "Account" in cut.document["errors"][0]
    assert whole.exit_code == 0, whole.stderr
    assert whole.document["objects"]["Account"]["row_count"] > 0


def test_a_warehouse_that_holds_another_org_is_not_mixed_with_this_one(org: dict[str, str], tmp_path: Path) -> None:
    limited = {**org, "SALESPULSE_OBJECTS": "Organization"}
    assert salespulse_here(tmp_path, "sync", env=limited).exit_code == 0
    assert salespulse_here(tmp_path, "sync", env=limited).exit_code == 0
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("update ops.sync_state set org_id = '00D000000000001AAA'")
    refused = salespulse_here(tmp_path, "sync", env=limited)
    assert refused.exit_code == 2
    assert "SALESPULSE_HOME" in refused.stdout + refused.stderr
