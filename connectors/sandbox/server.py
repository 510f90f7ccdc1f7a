"""The org on a loopback socket: HTTP/1.1 with keep-alive, and the blocking `serve` behind the command."""

import contextlib
import gzip
import logging
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.files.csv_org import open_files
from connectors.sandbox.http.message import Request, Response
from connectors.sandbox.http.tls import Certificate, make_certificate
from connectors.sandbox.routes import Application
from connectors.sandbox.store.org import Org

HOST = "127.0.0.1"
LEAST_GZIP_BYTES = 512
GZIP_LEVEL = 1  # loopback: the client's time to read counts, not the bytes
PARENT_WATCH_SECONDS = 1.0

log = logging.getLogger("salespulse.sandbox")


class SandboxServer:
    """A running org: `with SandboxServer(org) as server: … server.url …`.

    `port` 0 takes a free one. With a `certificate` it speaks https alone. Further keywords go to
    `routes.Application` (session_id, credentials, page_rows, covered_lag_seconds, daily_calls).
    `server.application` gives tests its faults and sessions.
    """

    def __init__(self, org: Org, *, port: int = 0, certificate: Certificate | None = None, **options: Any) -> None:
        self.application = Application(org, **options)
        self._http = _HttpServer((HOST, port), _Handler)
        self._http.application = self.application
        if certificate:
            self._http.context = certificate.server_context()
            self.application.ca_file = str(certificate.ca_file)
        self.port = self._http.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://{HOST}:{self.port}"
        self.application.url = self.url
        self._thread: threading.Thread | None = None

    @property
    def org(self) -> Org:
        return self.application.org

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, name="sandbox", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        self._http.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.application.close()
        if self._thread:
            self._thread.join()


def open_org(
    *,
    scale: float = 1.0,
    seed: int = 7,
    from_csv: Path | None = None,
    mapping: Path | None = None,
    now: datetime | None = None,
    anchor: date | None = None,
    is_live: bool = False,
    **company: Any,
) -> Org:
    """The simulated company, or with `from_csv` the org in a directory of files.

    `now` is the clock's start (default: the real time), `anchor` the day that the company's three
    years of history lead up to (default: the day of `now`). Further keywords are those of `open_company`.
    """
    clock = Clock(now or datetime.now(UTC), is_live=is_live)
    if from_csv is not None:
        return open_files(from_csv, mapping, clock)
    return open_company(seed=seed, scale=scale, anchor=anchor or clock.now.date(), clock=clock, **company)


def serve(
    *,
    port: int,
    scale: float = 1.0,
    seed: int = 7,
    from_csv: Path | None = None,
    mapping: Path | None = None,
    now: datetime | None = None,
    anchor: date | None = None,
    session_id: str | None = None,
    is_live: bool = False,
    parent_pid: int | None = None,
    certificates: Path | None = None,
    ready: Callable[[SandboxServer], None] | None = None,
    **company: Any,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the process `parent_pid` is gone. `ready` gets the server.

    With `certificates`, a folder, it speaks https with a certificate made there. Further keywords are those of
    `open_company`.

    To be called in the main thread of its process: it takes the signals.
    """
    files = {"from_csv": from_csv, "mapping": mapping}
    org = open_org(scale=scale, seed=seed, now=now, anchor=anchor, is_live=is_live, **files, **company)
    stopping = threading.Event()
    is_own_child = os.getppid() == parent_pid

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    certificate = make_certificate(certificates) if certificates else None
    with SandboxServer(org, port=port, session_id=session_id, certificate=certificate) as server:
        log.info("sandbox org at %s, clock %s", server.url, org.clock.now.isoformat())
        if ready:
            ready(server)
        while not stopping.wait(PARENT_WATCH_SECONDS):
            is_orphan = is_own_child and os.getppid() != parent_pid
            if parent_pid is not None and (is_orphan or not _is_running(parent_pid)):
                log.info("the parent process %d is gone: stopping", parent_pid)
                break


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    application: Application
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        """With TLS the handshake waits for the connection's own thread: one client must not hold up all."""
        plain, address = super().get_request()
        if self.context is None:
            return plain, address
        return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        """A client that goes away in mid-answer is no news."""
        log.debug("connection of %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: _HttpServer

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        started = time.perf_counter()
        self._send(self.server.application.answer(request))
        log.debug("%s %s in %.0f ms", self.command, self.path, (time.perf_counter() - started) * 1000)

    do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = do_GET  # noqa: N815 - http.server's names

    def _send(self, response: Response) -> None:
        wire, body = response.wire, response.body
        headers = dict(response.headers)
        least = LEAST_GZIP_BYTES if wire.clean_share is None else 0
        if len(body) >= least and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
            headers["Content-Encoding"] = "gzip"
        body = wire.clipped(body)
        if response.status != 204:
            headers["Content-Type"] = response.content_type
            headers["Content-Length"] = str(len(body))
        phrase = self.responses.get(response.status, ("", ""))[0]
        lines = [f"HTTP/1.1 {response.status} {phrase}", f"Date: {self._date(wire.date_shift)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if self.command == "HEAD":
            body = b""
        wire.send(self.wfile.write, head, body)
        if wire.closes:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

    def _date(self, shift: float) -> str:
        """The org's own clock: clients cut their windows by this header and must not run ahead of it."""
        now = self.server.application.org.clock.now.replace(tzinfo=UTC) + timedelta(seconds=shift)
        return format_datetime(now, usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """BaseHTTPRequestHandler prints; the logger above tells it instead."""
