"""Connectors that other people wrote read the sandbox org unchanged: every row, exit code 0.

Each runs as its own command in its own environment. Both speak https to a fixed login address: a proxy of this
machine leads that address to the org (`tests.support.proxy`), whose certificate they are told to trust.
"""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.http.tls import make_certificate
from connectors.sandbox.server import SandboxServer
from tests.support.peers import environment
from tests.support.proxy import proxy_to

pytestmark = pytest.mark.bench

NOW = datetime(2026, 3, 18, 12)
STREAMS = ("Opportunity", "OpportunityHistory", "OpportunityFieldHistory", "Task", "User")
START = "2000-01-01T00:00:00Z"
CONFIG = {"client_id": "sandbox", "client_secret": "sandbox", "refresh_token": "sandbox-refresh", "start_date": START}


@dataclass(frozen=True, slots=True)
class Served:
    """An org behind TLS, and the environment in which a client finds it at Salesforce's own addresses."""

    server: SandboxServer
    env: dict[str, str]
    refused: list[str]

    def rows(self, name: str) -> int:
        """All rows, deleted and archived ones too: both clients ask queryAll."""
        row = self.server.org.cursor().execute(f'SELECT count(*) FROM current."{name}"').fetchone()
        assert row is not None
        return int(row[0])

    def spoil(self, fault: dict[str, Any]) -> None:
        self.server.application.faults.add(fault)

    def run(self, *command: object) -> str:
        done = subprocess.run(
            [str(word) for word in command], env=self.env, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert not self.refused, f"the client asked for {self.refused}"
        return done.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    org = open_company(seed=7, scale=0.5, anchor=date(2026, 3, 18), clock=Clock(NOW))
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    with SandboxServer(org, certificate=certificate) as server, proxy_to(server.port) as (proxy, refused):
        trusted = str(certificate.ca_file)
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path_factory.mktemp("home")),
            "HTTPS_PROXY": proxy,
            "REQUESTS_CA_BUNDLE": trusted,
            "SSL_CERT_FILE": trusted,
        }
        yield Served(server, env, refused)


def _written(folder: Path, name: str, told: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps(told))
    return file


def _messages(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _tapped(served: Served, folder: Path, streams: tuple[str, ...], api: str, *, incremental: bool) -> Counter[str]:
    """Discover and sync with the Singer tap: distinct records by stream."""
    tap = environment("tap-salesforce") / "tap-salesforce"
    told = {**CONFIG, "api_type": api, "select_fields_by_default": True, "quota_percent_total": "90"}
    config = _written(folder, "config.json", told)
    catalog = json.loads(served.run(tap, "--config", config, "--discover"))
    assert {each["stream"] for each in catalog["streams"]} >= set(streams)
    for stream in catalog["streams"]:
        root = next(each["metadata"] for each in stream["metadata"] if each["breadcrumb"] == [])
        root["selected"] = stream["stream"] in streams
        keys = root.get("valid-replication-keys")
        if incremental and keys:
            root |= {"replication-method": "INCREMENTAL", "replication-key": keys[0]}
    properties = _written(folder, "catalog.json", catalog)
    read = _messages(served.run(tap, "--config", config, "--properties", properties))
    ids = {(each["stream"], each["record"]["Id"]) for each in read if each["type"] == "RECORD"}
    return Counter(stream for stream, _ in ids)


@pytest.mark.parametrize("api", ["BULK", "REST"])
def test_the_singer_tap_reads_every_row(served: Served, tmp_path: Path, api: str) -> None:
    got = _tapped(served, tmp_path, STREAMS, api, incremental=api == "BULK")
    assert got == {name: served.rows(name) for name in STREAMS}


def test_the_singer_tap_reads_chunks_when_the_whole_is_too_much(served: Served, tmp_path: Path) -> None:
    """A batch that fails with QUERY_TIMEOUT is asked again, by the tap, with PK chunking by the parent's id."""
    served.spoil({"kind": "job_failed", "route": "POST /services/async/.*/batch", "message": "QUERY_TIMEOUT"})
    got = _tapped(served, tmp_path, ("OpportunityHistory",), "BULK", incremental=True)
    assert got == {"OpportunityHistory": served.rows("OpportunityHistory")}


def test_airbytes_source_reads_every_row(served: Served, tmp_path: Path) -> None:
    source = environment("airbyte-source-salesforce") / "source-salesforce"
    spec = _messages(served.run(source, "spec"))
    assert any(each["type"] == "SPEC" for each in spec)
    told = {**CONFIG, "start_date": "2020-01-01T00:00:00Z", "force_use_bulk_api": True, "stream_slice_step": "P3650D"}
    config = _written(tmp_path, "config.json", told)
    checked = _messages(served.run(source, "check", "--config", config))
    assert [each["connectionStatus"]["status"] for each in checked if each["type"] == "CONNECTION_STATUS"] == [
        "SUCCEEDED"
    ]
    found = _messages(served.run(source, "discover", "--config", config))
    streams = next(each["catalog"]["streams"] for each in found if each["type"] == "CATALOG")
    assert {each["name"] for each in streams} >= set(STREAMS)
    chosen = [
        {"stream": each, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
        for each in streams
        if each["name"] in STREAMS
    ]
    catalog = _written(tmp_path, "catalog.json", {"streams": chosen})
    read = _messages(served.run(source, "read", "--config", config, "--catalog", catalog))
    ids = {(each["record"]["stream"], each["record"]["data"]["Id"]) for each in read if each["type"] == "RECORD"}
    assert Counter(stream for stream, _ in ids) == {name: served.rows(name) for name in STREAMS}
