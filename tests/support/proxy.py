"""A proxy of this machine that leads clients with a fixed login address to the sandbox, and nowhere else.

It answers CONNECT alone and looks into nothing: what is inside stays TLS between the client and the org.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOGIN_HOSTS = ("login.salesforce.com:443", "test.salesforce.com:443")
BLOCK = 1 << 16


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    routes: dict[str, tuple[str, int]]
    refused: list[str]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_CONNECT(self) -> None:
        target = self.server.routes.get(self.path)
        if target is None:
            self.server.refused.append(self.path)
            self.send_error(403, "This proxy leads to the sandbox org alone")
            return
        with socket.create_connection(target, timeout=60) as upstream:
            self.send_response(200, "Connection established")
            self.end_headers()
            back = threading.Thread(target=_pump, args=(upstream, self.connection), daemon=True)
            back.start()
            _pump(self.connection, upstream)
            back.join()

    def log_message(self, format: str, *args: object) -> None:
        """BaseHTTPRequestHandler prints; a test does not."""


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Carry bytes one way until either end is closed."""
    with contextlib.suppress(OSError):
        while block := source.recv(BLOCK):
            sink.sendall(block)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxy_to(port: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy to the sandbox at `port` of this machine, and the hosts that it has refused."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        hosts = (*LOGIN_HOSTS, f"127.0.0.1:{port}", f"localhost:{port}")
        server.routes = dict.fromkeys(hosts, ("127.0.0.1", port))
        server.refused = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", server.refused
        finally:
            server.shutdown()
