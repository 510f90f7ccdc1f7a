"""The server as a process of its own: one line with its URL, and a clean end."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "connectors.sandbox", "--scale", "0.02", "--now", "2026-03-18T12:00:00+01:00"]


@pytest.fixture
def process(request: Any) -> Iterator[subprocess.Popen[str]]:
    extra = getattr(request, "param", [])
    with subprocess.Popen([*COMMAND, *extra], cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        yield started
        if started.poll() is None:
            started.kill()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("process", [["--session-id", "MINE"]], indirect=True)
def test_the_command_says_its_url_and_ends_on_sigterm(process: subprocess.Popen[str]) -> None:
    url = url_of(process)
    assert url.startswith("http://127.0.0.1:")
    status = requests.get(f"{url}/sandbox/status", timeout=20).json()
    assert status["now"] == "2026-03-18T11:00:00.000+0000"
    assert status["counts"]["Opportunity"] > 20
    limits = requests.get(f"{url}/services/data/v64.0/limits", headers={"Authorization": "Bearer MINE"}, timeout=20)
    assert limits.status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_the_server_stops_when_its_parent_is_gone() -> None:
    """A shell starts the server as its child and is killed; the server must follow."""
    code = (
        "import os, subprocess, sys, time\n"
        f"p = subprocess.Popen({COMMAND!r} + ['--parent-pid', str(os.getpid())], stdout=subprocess.PIPE, text=True)\n"
        "print(p.pid, p.stdout.readline().strip(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        assert requests.get(f"{url}/sandbox/status", timeout=20).status_code == 200
        parent.kill()
    _wait_until_gone(int(pid))


def _wait_until_gone(pid: int) -> None:
    import time

    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]:
            return  # ended, and not yet buried by init
        time.sleep(0.1)
    raise AssertionError("the server outlived its parent")


def test_a_connection_is_kept_for_many_requests(tiny: Any) -> None:
    connection = http.client.HTTPConnection(tiny.server.url.removeprefix("http://"), timeout=20)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/services/data")
        assert connection.getresponse().read().startswith(b"[")
        assert connection.sock is socket
    connection.close()


def test_the_date_header_tells_the_time_of_the_org(moving: Any) -> None:
    assert moving.get("/limits").headers["Date"] == "Wed, 18 Mar 2026 12:00:00 GMT"
    moving.control("advance", days=1)
    assert moving.get("/limits").headers["Date"] == "Thu, 19 Mar 2026 12:00:00 GMT"


def test_unknown_controls_and_broken_json_are_refused(tiny: Any) -> None:
    assert requests.get(f"{tiny.server.url}/sandbox/nothing", timeout=20).status_code == 404
    broken = requests.post(f"{tiny.server.url}/sandbox/advance", data="{", timeout=20)
    assert broken.json()[0]["errorCode"] == "JSON_PARSER_ERROR"
    assert json.loads(requests.get(f"{tiny.server.url}/sandbox/truth", timeout=20).text) == {}
