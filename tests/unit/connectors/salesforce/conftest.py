"""A real HTTP server on loopback that answers what a test tells it to, and an org made of it."""

import csv
import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.salesforce.auth import SessionCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.transport import Patience

ROOT = "/services/data/v62.0/"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
JOB = "750000000000001AAA"
FIELDS = {
    "Id": "id",
    "Name": "string",
    "Amount": "currency",
    "SystemModstamp": "datetime",
}


@dataclass(frozen=True)
class Call:
    """A request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer. `damage`: 'drop' closes before a byte is sent, 'cut' in the middle of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    damage: Literal["none", "drop", "cut"] = "none"


Answer = Reply | Callable[[Call], Reply]


class Server:
    """Answers by script: for each method and path a list of replies, the last of which stays."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.now = NOW
        self._script: dict[tuple[str, str], list[Answer]] = {}
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Script a path (below the version's root unless it begins with a slash)."""
        self._script[method, path if path.startswith("/") else ROOT + path] = list(answers)

    def count(self, method: str, path: str) -> int:
        return len(self.to(method, path))

    def to(self, method: str, path: str) -> list[Call]:
        full = path if path.startswith("/") else ROOT + path
        return [call for call in self.calls if (call.method, call.path) == (method, full)]

    @staticmethod
    def json(body: Any, status: int = 200, **headers: str) -> Reply:
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **spelled})

    @classmethod
    def error(cls, status: int, code: str, message: str = "because", **headers: str) -> Reply:
        return cls.json([{"errorCode": code, "message": message}], status, **headers)

    @staticmethod
    def reply(
        status: int = 200,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        damage: Literal["none", "drop", "cut"] = "none",
    ) -> Reply:
        return Reply(status, body, headers or {}, damage)

    def answer(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            answers = self._script.get((call.method, call.path))
            if answers is None:
                return self.error(404, "NOT_FOUND", f"nothing at {call.path}")
            chosen = answers.pop(0) if len(answers) > 1 else answers[0]
        return chosen if isinstance(chosen, Reply) else chosen(call)

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and body in one packet: else each answer waits 40 ms for an ACK

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                call = Call(self.command, parts.path, query, dict(self.headers), self.rfile.read(length))
                self._send(server.answer(call))

            do_GET = do_POST = do_DELETE = do_PATCH = _serve  # noqa: N815

            def _send(self, reply: Reply) -> None:
                if reply.damage != "none":
                    self.close_connection = True
                if reply.damage == "drop":
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                half = len(reply.body) // 2
                self.wfile.write(reply.body[:half] if reply.damage == "cut" else reply.body)
                self.wfile.flush()

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(server.now, usegmt=True)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


class Org(Server):
    """An org with one object, Opportunity, whose Bulk pages a test sets."""

    def describe(self, fields: dict[str, str] | None = None, name: str = "Opportunity", **more: Any) -> None:
        listed = [
            {"name": key, "type": kind, "scale": 2, "filterable": True} for key, kind in (fields or FIELDS).items()
        ]
        self.on("GET", f"sobjects/{name}/describe", self.json({"name": name, "fields": listed, **more}))

    def updated(self, covered: str, name: str = "Opportunity") -> None:
        answer = self.json({"ids": [], "latestDateCovered": covered})
        self.on("GET", f"sobjects/{name}/updated/", answer)

    def job(self, rows: int, *, state: str = "JobComplete", error: str = "", job_id: str = JOB) -> None:
        """One job for everybody: how it is created, what its state is, and that it can be deleted."""
        created = {"id": job_id, "state": "UploadComplete"}
        self.on("POST", "jobs/query", self.json(created))
        now = {"id": job_id, "state": state, "numberRecordsProcessed": rows, "errorMessage": error}
        self.on("GET", f"jobs/query/{job_id}", self.json(now))
        self.on("DELETE", f"jobs/query/{job_id}", self.reply(204))

    def results(self, *answers: Answer, job_id: str = JOB) -> None:
        self.on("GET", f"jobs/query/{job_id}/results", *answers)

    @staticmethod
    def page(
        rows: Sequence[Sequence[str]],
        *,
        announced: int | None = None,
        locator: str | None = "null",
        header: Sequence[str] = tuple(FIELDS),
        is_gzip: bool = True,
        damage: Literal["none", "drop", "cut"] = "none",
    ) -> Reply:
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        body = text.getvalue().encode()
        headers = {
            "Content-Type": "text/csv",
            "Sforce-NumberOfRecords": str(len(rows) if announced is None else announced),
        }
        if locator is not None:
            headers["Sforce-Locator"] = locator
        if is_gzip:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        return Reply(200, body, headers, damage)

    @staticmethod
    def rows(count: int, first: int = 0) -> list[list[str]]:
        """Rows in the order of FIELDS."""
        stamp = "2026-11-21T10:00:00.000Z"
        return [[f"006{n:015d}", f"Deal {n}", f"{n}.50", stamp] for n in range(first, first + count)]


@dataclass
class Naps:
    """Stands in for sleeping, and remembers for how long it was asked."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def org() -> Iterator[Org]:
    running = Org()
    running.describe()
    yield running
    running.close()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def patience(naps: Naps) -> Patience:
    """The real patience with a jitter that always takes the upper bound, and no real sleep."""
    return Patience(attempts=4, page_attempts=3, sleep=naps, jitter=lambda low, high: high)


@pytest.fixture
def client(org: Org, patience: Patience) -> Iterator[Client]:
    with Client(SessionCredentials(org.url, "00D!token"), patience=patience) as opened:
        yield opened


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"
