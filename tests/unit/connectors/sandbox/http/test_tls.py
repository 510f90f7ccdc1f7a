"""An org behind TLS: its certificate is made at the start, trusted by its CA file, and by nothing else."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from connectors.sandbox.http.tls import make_certificate
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org


def test_a_client_that_trusts_the_ca_file_is_served(tiny_shared: Org, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "tls")
    assert stat.S_IMODE(certificate.key_file.stat().st_mode) == 0o600
    with SandboxServer(tiny_shared, certificate=certificate) as server:
        assert server.url.startswith("https://127.0.0.1:")
        told = requests.get(f"{server.url}/sandbox/status", verify=str(certificate.ca_file), timeout=10).json()
        assert told["ca_file"] == str(certificate.ca_file)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{server.url}/sandbox/status", timeout=10)


def test_one_client_without_a_handshake_holds_up_nobody(tiny_shared: Org, tmp_path: Path) -> None:
    import socket

    certificate = make_certificate(tmp_path)
    with (
        SandboxServer(tiny_shared, certificate=certificate) as server,
        socket.create_connection(("127.0.0.1", server.port)),
    ):
        answer = requests.get(f"{server.url}/services/data", verify=str(certificate.ca_file), timeout=5)
        assert answer.ok


def test_the_command_says_where_the_ca_file_is(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "connectors.sandbox", "--scale", "0.02", "--tls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, session, ca_file = (process.stdout.readline().strip() for _ in range(3))
            assert session.startswith("Session id: 00D")
            assert ca_file.startswith("CA file: ")
            path = ca_file.removeprefix("CA file: ")
            assert requests.get(f"{url}/sandbox/status", verify=path, timeout=10).ok
        finally:
            process.terminate()
    assert not Path(path).exists()
