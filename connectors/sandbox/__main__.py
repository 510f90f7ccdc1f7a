"""`python -m connectors.sandbox`: serve an org in a process of its own; prints one line, its URL."""

import argparse
import logging
from datetime import date, datetime
from pathlib import Path

from connectors.sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about 2,000 opportunities")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--from-csv", type=Path, metavar="DIR", help="fill the org from CSV or Parquet files")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="TOML that maps the files to sObjects")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the clock's start, default the real time")
    parser.add_argument("--anchor", type=date.fromisoformat, help="the day the history leads up to")
    parser.add_argument("--session-id", help="the id of the first session")
    parser.add_argument("--live", action="store_true", help="let the clock run")
    parser.add_argument("--parent-pid", type=int, help="stop when this process is gone")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    told = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if told.verbose else logging.WARNING)
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
        parent_pid=told.parent_pid,
        ready=lambda url: print(url, flush=True),
    )


if __name__ == "__main__":
    main()
