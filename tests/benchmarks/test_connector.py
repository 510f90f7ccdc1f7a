"""What the connector costs beside others, on one sandbox: CPU seconds per 100,000 rows of 19 fields, peak memory.

Each client is a process of its own, measured by what the system counted for it and its children; what the sandbox
spent meanwhile is told apart. `make bench` prints the tables that docs/benchmarks.md shows.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce.describe import duckdb_type
from connectors.sandbox.http.tls import make_certificate
from connectors.sandbox.server import SandboxServer
from connectors.warehouse.connection import connect
from tests.support.equality import differences
from tests.support.large_org import NAME, OPPORTUNITY, large_org, touch
from tests.support.peers import PEERS, environment
from tests.support.proxy import proxy_to
from tests.support.sync import WAREHOUSE

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent / "clients"
ROWS = 100_000
MANY = 1_000_000
QUERY = f"SELECT {', '.join(field.name for field in OPPORTUNITY.fields)} FROM {NAME}"
CONFIG = {"client_id": "sandbox", "client_secret": "sandbox", "refresh_token": "sandbox-refresh"}
SESSION = "00Dbench!session"
# Clients from PyPI are compiled when they are installed. Ours is, too, and not anew at each start.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "salespulse-bench")}
OURS = {**os.environ, **BYTECODE, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a client's process took: CPU and wall seconds, peak memory in MB, CPU seconds of the sandbox meanwhile."""

    cpu: float
    wall: float
    peak: float
    sandbox: float
    output: Path

    def line(self, title: str, rows: int) -> str:
        per = self.cpu * 100_000 / rows
        return f"| {title} | {rows:,} | {per:.2f} | {self.cpu:.1f} | {self.peak:.0f} | {self.sandbox:.1f} |"


HEAD = (
    "| client | rows | CPU s per 100,000 rows | CPU s | peak MB | the sandbox's CPU s |\n|---|---:|---:|---:|---:|---:|"
)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(command: Sequence[object], folder: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a client to its end; its output is kept in a file, so that reading it costs the client nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    output, errors, figures = folder / "stdout", folder / "stderr", folder / "figures"
    before, started = _own_cpu(), time.monotonic()
    with output.open("wb") as told, errors.open("wb") as said:
        words = [sys.executable, CLIENTS / "measured.py", figures, *command]
        done = subprocess.run(list(map(str, words)), cwd=folder, env=env, stdout=told, stderr=said, check=False)
    assert done.returncode == 0, errors.read_text()[-3000:] + output.read_text()[-3000:]
    used = json.loads(figures.read_text())
    return Cost(used["cpu"], time.monotonic() - started, used["peak_mb"], _own_cpu() - before, output)


def _ours(url: str, folder: Path) -> Cost:
    home = folder / "home"
    subprocess.run([sys.executable, "-c", "import tests.support.sync"], env=OURS, check=True)
    return run([sys.executable, "-m", "tests.support.sync", url, home, f"{NAME}=100000", "--measured"], folder, OURS)


def _limit(url: str, folder: Path) -> Cost:
    columns = json.dumps({field.name: duckdb_type(field.type, field.scale) for field in OPPORTUNITY.fields})
    return run([sys.executable, CLIENTS / "limit.py", url, SESSION, QUERY, folder, columns], folder, OURS)


@dataclass(frozen=True, slots=True)
class Foreign:
    """The same org behind TLS, and the environment in which clients find it at Salesforce's addresses."""

    url: str
    env: dict[str, str]
    folder: Path

    def written(self, name: str, told: Any) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / name
        file.write_text(json.dumps(told))
        return file

    def airbyte(self) -> Cost:
        source = environment("airbyte-source-salesforce") / "source-salesforce"
        told = {
            **CONFIG,
            "start_date": "2000-01-01T00:00:00Z",
            "force_use_bulk_api": True,
            "stream_slice_step": "P36500D",
        }
        config = self.written("config.json", told)
        found = run([source, "discover", "--config", config], self.folder / "discover", self.env).output
        catalogs = [json.loads(line) for line in found.read_text().splitlines() if '"CATALOG"' in line]
        stream = next(each for each in catalogs[0]["catalog"]["streams"] if each["name"] == NAME)
        chosen = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
        catalog = self.written("catalog.json", {"streams": [chosen]})
        return run([source, "read", "--config", config, "--catalog", catalog], self.folder / "read", self.env)

    def singer(self) -> Cost:
        tap = environment("tap-salesforce") / "tap-salesforce"
        told = {**CONFIG, "start_date": "2000-01-01T00:00:00Z", "api_type": "BULK", "select_fields_by_default": True}
        config = self.written("config.json", told)
        found = run([tap, "--config", config, "--discover"], self.folder / "discover", self.env).output
        catalog = json.loads(found.read_text())
        for stream in catalog["streams"]:
            root = next(each["metadata"] for each in stream["metadata"] if each["breadcrumb"] == [])
            root["selected"] = stream["stream"] == NAME
        properties = self.written("catalog.json", catalog)
        return run([tap, "--config", config, "--properties", properties], self.folder / "read", self.env)

    def script(self, peer: str, name: str) -> Cost:
        python = environment(peer) / "python"
        return run([python, CLIENTS / name, self.url, SESSION, QUERY, self.folder], self.folder, self.env)


def _goal(title: str, figure: float, *, least: float = 0.0, most: float = float("inf")) -> str:
    """A goal as a line: a miss is told, and stops no measurement."""
    bound = f"at least {least:g}" if least else f"at most {most:g}"
    return f"- {'met' if least <= figure <= most else 'MISSED'}: {title} {figure:.2f}, {bound}"


def _records(output: Path) -> int:
    """How many records a connector wrote as JSON lines."""
    with output.open("rb") as lines:
        return sum(1 for line in lines if b'"RECORD"' in line[:200] or b'"type":"RECORD"' in line)


def _counted(output: Path) -> int:
    return int(output.read_text().split()[-1])


@pytest.fixture(scope="module")
def tables() -> Iterator[list[str]]:
    """Lines that are printed when all is measured."""
    lines: list[str] = []
    yield lines
    print("\n" + "\n".join(lines))


def test_the_cost_beside_other_clients(tmp_path: Path, tables: list[str]) -> None:
    org = large_org(ROWS)
    certificate = make_certificate(tmp_path / "tls")
    with (
        SandboxServer(org, session_id=SESSION) as plain,
        SandboxServer(org, session_id=SESSION, certificate=certificate) as server,
        proxy_to(server.port) as (proxy, _),
    ):
        trusted = str(certificate.ca_file)
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1"}
        env |= {"REQUESTS_CA_BUNDLE": trusted, "SSL_CERT_FILE": trusted}
        measured: dict[str, tuple[Cost, Callable[[Path], int]]] = {
            "ours: fetched, checked, loaded, with ledgers": (_ours(plain.url, tmp_path / "ours"), _ours_rows),
            "the limit: raw bytes, read and written by DuckDB": (_limit(plain.url, tmp_path / "limit"), _counted),
            f"simple-salesforce {PEERS['simple-salesforce'].version}: bulk2 download to CSV only": (
                Foreign(server.url, env, tmp_path / "bulk2").script("simple-salesforce", "bulk2_download.py"),
                _counted,
            ),
            f"airbyte-source-salesforce {PEERS['airbyte-source-salesforce'].version}: extraction only": (
                Foreign(server.url, env, tmp_path / "airbyte").airbyte(),
                _records,
            ),
            f"tap-salesforce {PEERS['tap-salesforce'].version}: extraction only": (
                Foreign(server.url, env, tmp_path / "singer").singer(),
                _records,
            ),
            f"dlt {PEERS['dlt'].version} with simple-salesforce, into DuckDB": (
                Foreign(server.url, env, tmp_path / "dlt").script("dlt", "dlt_pipeline.py"),
                _counted,
            ),
        }
        with connect(tmp_path / "ours" / "home" / WAREHOUSE) as connection:
            assert differences(org, connection, NAME) == []
    tables += [HEAD, *(cost.line(title, ROWS) for title, (cost, _) in measured.items())]
    for title, (cost, count) in measured.items():
        assert count(cost.output) == ROWS, title
    ours, *_ = (cost.cpu for cost, _ in measured.values())
    airbyte = next(cost.cpu for title, (cost, _) in measured.items() if "airbyte" in title)
    tables.append(_goal("times less than Airbyte's extraction", airbyte / ours, least=20))


def _ours_rows(output: Path) -> int:
    told = json.loads(output.read_text())
    assert told["agrees"], "the source's totals are other ones"
    return int(told["rows"][NAME])


def test_a_million_rows_and_one_percent_of_them_later(tmp_path: Path, tables: list[str]) -> None:
    org = large_org(MANY)
    with SandboxServer(org, session_id=SESSION) as server:
        full = _ours(server.url, tmp_path)
        assert _ours_rows(full.output) == MANY
        alone = json.loads(full.output.read_text())["cpu_seconds"]
        limit = _limit(server.url, tmp_path / "limit")
        changed = touch(org, 100)
        later = _ours(server.url, tmp_path)
        assert _ours_rows(later.output) == changed
        later_alone = json.loads(later.output.read_text())["cpu_seconds"]
        with connect(tmp_path / "home" / WAREHOUSE) as connection:
            assert differences(org, connection, NAME) == []
    tables += ["", HEAD, full.line("ours, a million rows", MANY), limit.line("the limit, a million rows", MANY)]
    tables.append(later.line("ours, one row in a hundred has changed", changed))
    tables.append(f"\nWithout the start of the process: {alone:.2f} CPU s for all, {later_alone:.2f} for what changed.")
    tables += [
        _goal("CPU s per 100,000 rows of a million", full.cpu / 10, most=1.5),
        _goal("part of the limit", limit.cpu / full.cpu, least=0.6),
        _goal("peak MB", full.peak, most=400),
        _goal("part of the full sync's CPU for one percent", later_alone / alone, most=0.03),
    ]


def test_the_speed_of_the_sandbox(tmp_path: Path, tables: list[str]) -> None:
    """A client that only reads, four pages at a time. Two cores serve twice what one second of CPU does."""
    reader = tmp_path / "reader.py"
    reader.write_text(READER)
    with SandboxServer(large_org(MANY), session_id=SESSION) as server:
        plain, packed = (
            run([sys.executable, reader, server.url, SESSION, QUERY, encoding], tmp_path / encoding)
            for encoding in ("identity", "gzip")
        )
    content, sent = _counted(plain.output) / 1e6, _counted(packed.output) / 1e6
    tables += [
        "",
        "| a million rows | MB of CSV | MB sent | wall s | the sandbox's CPU s | MB/s | MB/s of two free cores |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for title, cost, size in (("as they are", plain, content), ("compressed", packed, sent)):
        speeds = f"{content / cost.wall:.0f} | {2 * content / cost.sandbox:.0f}"
        tables.append(f"| {title} | {content:.0f} | {size:.0f} | {cost.wall:.1f} | {cost.sandbox:.1f} | {speeds} |")
        assert 2 * content / cost.sandbox >= 50


READER = """
import sys, time
import requests
from concurrent.futures import ThreadPoolExecutor
address, session_id, query, encoding = sys.argv[1:]
http = requests.Session()
http.headers.update({"Authorization": "Bearer " + session_id, "Accept-Encoding": encoding})
jobs = address + "/services/data/v62.0/jobs/query"
job = http.post(jobs, json={"operation": "queryAll", "query": query}).json()["id"]
while http.get(jobs + "/" + job).json()["state"] != "JobComplete":
    time.sleep(0.05)
pages, listing = [], {"nextRecordsUrl": "/services/data/v62.0/jobs/query/" + job + "/resultPages?maxRecords=50000"}
while listing["nextRecordsUrl"]:
    listing = http.get(address + listing["nextRecordsUrl"]).json()
    pages += listing["resultPages"]
def read(page):
    with http.get(address + page["resultUrl"], stream=True) as answer:
        return sum(len(chunk) for chunk in answer.raw.stream(1 << 18, decode_content=False))
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(read, pages)))
"""
