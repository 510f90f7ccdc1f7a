"""How long pages stay in the landing zone: what is older goes, once a base holds all that was in it.

Never removed: what was not loaded, and what a rebuilding still needs.
"""

import json
import logging
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from connectors.landing_zone import write_bytes
from connectors.warehouse import base, instants
from connectors.warehouse.logbook import Entry, Logbook, last_load
from connectors.warehouse.names import OPS

log = logging.getLogger("salespulse.warehouse")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed. `base_number` is the load that a rebuilding sets out from, None if from nothing."""

    folders: int
    bytes: int
    base_number: int | None


def prune(
    connection: duckdb.DuckDBPyConnection, landing: Path, days: int | None, now: datetime | None = None
) -> Pruned:
    """Remove the pages of loads that are older than `days`; with None nothing is removed.

    A base is written where one is needed: about once in `days`, and once for loads that were made before
    loads were written down. Call it where all loads are done, under the run lock. Raises LandingZoneError.
    """
    logbook, found = Logbook(landing), base.newest(landing)
    if logbook.last_number() > last_load(connection):
        log.warning("The landing zone holds loads that the warehouse lacks: nothing is removed")
        return Pruned(0, 0, found.number if found else None)
    if found is None and _has_unwritten_loads(connection):
        found = base.write(connection, landing)
    if days is None:
        return Pruned(0, 0, found.number if found else None)
    before = (now or instants.now()) - timedelta(days=days)
    expired = [entry for entry in logbook.entries() if entry.loaded_at < before]
    if not expired:
        return Pruned(0, 0, found.number if found else None)
    if found is None or found.number < max(entry.number for entry in expired):
        found = base.write(connection, landing)
    # What a killed run had landed may have been loaded twice: its pages go with the last of its loads.
    needed = {entry.folder for entry in logbook.entries() if entry.loaded_at >= before}
    size = sum(_remove(entry) for entry in expired if entry.folder not in needed)
    _rewrite(logbook, {entry.number for entry in expired})
    message = "Pages of %s loads from before %s were removed (%.1f MB); a rebuilding sets out from load %s"
    log.info(message, len(expired), f"{before:%Y-%m-%d}", size / 1e6, found.number)
    return Pruned(len(expired), size, found.number)


def _has_unwritten_loads(connection: duckdb.DuckDBPyConnection) -> bool:
    query = f"SELECT 1 FROM {OPS}.loads WHERE load_number IS NULL LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _remove(entry: Entry) -> int:
    folder = entry.folder
    if folder is None or not folder.exists():
        return 0
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return size


def _rewrite(logbook: Logbook, removed: set[int]) -> None:
    """The lines that are left; the last number stays known through them or through the warehouse."""
    lines = [json.loads(line) for line in logbook.path.read_text().splitlines()]
    kept = [line for line in lines if line.get("number", line.get("withdrawn")) not in removed]
    write_bytes(logbook.path, b"".join(json.dumps(line).encode() + b"\n" for line in kept))
