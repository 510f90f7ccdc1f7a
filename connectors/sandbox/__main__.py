"""`python -m connectors.sandbox`: serve an org in a process of its own.

Its first line is the URL, the second a session id; with --tls a third one says which CA file clients must trust.
"""

import argparse
import logging
import tempfile
from datetime import date, datetime
from pathlib import Path

from connectors.sandbox.server import SandboxServer, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about 2,000 opportunities")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--from-csv", type=Path, metavar="DIR", help="fill the org from CSV or Parquet files")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="TOML that maps the files to sObjects")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the clock's start, default the real time")
    parser.add_argument("--anchor", type=date.fromisoformat, help="the day the history leads up to")
    parser.add_argument("--adherence-effect", type=float, default=0.6, help="logit that following the process adds")
    parser.add_argument("--currencies", action="store_true", help="some accounts buy in EUR and GBP, at dated rates")
    parser.add_argument("--fiscal-year-start-month", type=int, default=1, choices=range(1, 13), metavar="MONTH")
    parser.add_argument("--session-id", help="the id of the first session")
    parser.add_argument("--live", action="store_true", help="let the clock run")
    parser.add_argument("--parent-pid", type=int, help="stop when this process is gone")
    parser.add_argument("--tls", action="store_true", help="speak https with a certificate made at the start")
    parser.add_argument("--certificates", type=Path, metavar="DIR", help="where to keep it (default: until the end)")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    told = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if told.verbose else logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="sandbox-tls-") as folder:
        certificates = told.certificates or Path(folder) if told.tls or told.certificates else None
        _serve(told, certificates)


def _serve(told: argparse.Namespace, certificates: Path | None) -> None:
    serve(
        port=told.port,
        scale=told.scale,
        seed=told.seed,
        from_csv=told.from_csv,
        mapping=told.mapping,
        now=told.now,
        anchor=told.anchor,
        session_id=told.session_id,
        is_live=told.live,
        adherence_effect=told.adherence_effect,
        has_currencies=told.currencies,
        fiscal_month=told.fiscal_year_start_month,
        parent_pid=told.parent_pid,
        certificates=certificates,
        ready=_tell,
    )


def _tell(server: SandboxServer) -> None:
    print(server.url, flush=True)
    print(f"Session id: {server.application.sessions.issue()}", flush=True)
    if server.application.ca_file:
        print(f"CA file: {server.application.ca_file}", flush=True)


if __name__ == "__main__":
    main()
