"""What `doctor` says of an org and of this machine, check by check, as its user reads it; and a sync by JWT alone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rich.console import Console

from connectors.sandbox.api.login import Credentials
from connectors.sandbox.api.quotas import CALLS, QUERY_JOBS
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org
from connectors.warehouse.connection import connect
from orchestration import machine
from orchestration.exits import Exit
from orchestration.inspection import Inspection
from orchestration.machine import doctor
from orchestration.settings import load_settings
from tests.support.commands import salespulse_here

USER = "admin@sandbox.example.com"


class Keys(NamedTuple):
    private_file: Path
    public: str


def this_second() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path_factory.mktemp("keys") / "key.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Keys(file, public.decode())


@pytest.fixture(scope="module")
def org() -> Org:
    return open_company(seed=7, scale=0.02, anchor=date(2026, 3, 18), clock=Clock(this_second()))


@pytest.fixture
def server(org: Org, keys: Keys) -> Iterator[SandboxServer]:
    org.advance_to(this_second())  # it stands still otherwise, and a clock that is a minute behind is told of
    with SandboxServer(org, credentials=Credentials(public_key=keys.public)) as running:
        yield running
    org.permissions.set({})


@pytest.fixture
def look(
    server: SandboxServer, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Inspection]:
    """Doctor, logging in by JWT, on a few objects."""

    def looked(**changes: Any) -> Inspection:
        told: dict[str, Any] = {
            "home": tmp_path / "home",
            "objects": "Account,Opportunity",
            "salesforce_login_url": server.url,
            "salesforce_username": USER,
            "salesforce_client_id": "sandbox",
            "salesforce_private_key_file": keys.private_file,
        }
        return doctor(load_settings(_env_file=None, **{**told, **changes}))

    return looked


def said(inspection: Inspection, subject: str) -> tuple[str, str]:
    found = next(each for each in inspection.findings if each.subject == subject)
    return found.verdict, found.detail


def test_a_sync_by_jwt_alone_survives_the_end_of_its_session(server: SandboxServer, keys: Keys, tmp_path: Path) -> None:
    settings = {
        "SALESPULSE_OBJECTS": "Account,Opportunity",
        "SALESPULSE_SALESFORCE_LOGIN_URL": server.url,
        "SALESPULSE_SALESFORCE_USERNAME": USER,
        "SALESPULSE_SALESFORCE_CLIENT_ID": "sandbox",
        "SALESPULSE_SALESFORCE_PRIVATE_KEY_FILE": str(keys.private_file),
    }
    server.application.faults.add({"route": "/query", "kind": "expire_session"})
    done = salespulse_here(tmp_path, "sync", "--json", env=settings)
    assert done.exit_code == 0, done.stderr
    assert "The session has ended; logging in again" in done.stderr
    synced = {name: values["row_count"] for name, values in done.document["objects"].items()}
    live = {name: _count(server.org, name) for name in ("Account", "Opportunity")}
    assert synced == live


def _count(org: Org, name: str) -> int:
    row = org.cursor().execute(f'SELECT count(*) FROM current."{name}" WHERE NOT "IsDeleted"').fetchone()
    assert row and row[0]
    return int(row[0])


def test_a_healthy_org_is_fine_in_every_respect(look: Callable[..., Inspection]) -> None:
    inspection = look()
    assert inspection.exit_code == Exit.OK
    assert {found.verdict for found in inspection.findings} == {"ok"}
    subjects = ["settings", "versions", "disk", "run lock", "warehouse", "landing zone"]
    subjects += ["login", "API version", "API requests", "Bulk query jobs", "Account", "Opportunity", "clock"]
    assert [found.subject for found in inspection.findings] == subjects
    assert said(inspection, "settings") == ("ok", "login by jwt")
    assert "changes told by SystemModstamp" in said(inspection, "Account")[1]


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"salesforce_username": "nobody@example.com"}, Exit.REMOTE, "invalid_grant.*approved for the app"),
        ({"salesforce_client_id": "another"}, Exit.REMOTE, "invalid_client_id.*Check the consumer key"),
        ({"salesforce_private_key_file": Path("nowhere.pem")}, Exit.REMOTE, "nowhere.pem cannot be read.*in PEM"),
        ({"salesforce_api_version": "99.0"}, Exit.REMOTE, "does not offer 99.0; its newest is"),
        ({"objects": "Acount"}, Exit.REMOTE, "no object named 'Acount'.*Did you mean Account"),
        ({"objects": "Acount*"}, Exit.REMOTE, "no object that can be read matches it"),
    ],
)
def test_what_keeps_it_from_working_fails_with_the_remedy(
    look: Callable[..., Inspection], changes: dict[str, Any], code: Exit, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inspection = look(**changes)
    assert inspection.exit_code == code
    inspection.print(Console(width=1000))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fail")]
    assert re.search(told, line), line


def test_a_key_that_the_app_does_not_know_is_refused(look: Callable[..., Inspection], tmp_path: Path) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "other.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    verdict, detail = said(look(salesforce_private_key_file=file), "login")
    assert verdict == "fail" and "invalid_grant" in detail


def test_objects_and_fields_that_are_hidden_are_named(look: Callable[..., Inspection], org: Org) -> None:
    org.permissions.set({"hide": ["Contact", "Opportunity.Amount"]})
    inspection = look()
    verdict, detail = said(inspection, "Opportunity")
    assert verdict == "warn"
    assert "Missing or hidden from this user: Amount; these columns stay empty. Check field-level security." in detail
    assert said(inspection, "Account")[0] == "ok"
    verdict, detail = said(look(objects=""), "Contact")
    assert (verdict, detail) == ("warn", "The org does not offer it to this user; what is built on it stays empty.")


def test_limits_that_are_nearly_used_up_are_told(look: Callable[..., Inspection], server: SandboxServer) -> None:
    server.application.quotas.set({CALLS: 1_000, QUERY_JOBS: 10})
    server.application.quotas.note(CALLS, 930)
    verdict, detail = said(look(), "API requests")
    assert verdict == "warn"
    assert detail.endswith(
        "of 1,000 API requests of 24 hours are left. A sync may stop in the middle; it can be resumed."
    )
    assert said(look(), "Bulk query jobs") == ("ok", "10 of 10 Bulk query jobs of 24 hours are left.")


@pytest.mark.parametrize(("seconds", "verdict"), [(-600, "warn"), (600, "warn"), (20, "ok")])
def test_a_clock_that_is_off_is_told(
    look: Callable[..., Inspection], server: SandboxServer, seconds: int, verdict: str
) -> None:
    server.application.faults.add({"route": "/", "kind": "clock_skew", "seconds": seconds, "count": 10_000})
    found = said(look(), "clock")
    assert found[0] == verdict
    assert (
        verdict == "ok"
        or "Windows are cut by Salesforce's clock, so nothing is lost, but set this clock right." in found[1]
    )


def test_too_little_room_is_told(look: Callable[..., Inspection], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1 << 60)
    verdict, detail = said(look(), "disk")
    assert verdict == "warn" and "GB free in" in detail and "make room" in detail


def test_a_warehouse_of_a_newer_duckdb_is_told(look: Callable[..., Inspection], tmp_path: Path) -> None:
    file = tmp_path / "home" / "warehouse.duckdb"
    with connect(file) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1")
    assert "readable from DuckDB v" in said(look(), "warehouse")[1]
    content = bytearray(file.read_bytes())
    assert content[8:12] == b"DUCK"
    content[12] = 200  # the version of the storage
    file.write_bytes(content)
    inspection = look()
    assert said(inspection, "warehouse")[0] == "fail"
    assert inspection.exit_code == Exit.FAILED
    assert "DuckDB" in said(inspection, "warehouse")[1]
