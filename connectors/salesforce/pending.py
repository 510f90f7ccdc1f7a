"""Batches and lists of deletions that landed whole and were not loaded, because a run ended too early."""

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from connectors import landing_zone
from connectors.landed import LandedBatch, LandedDeletions
from connectors.landing_zone import LandingZoneError
from connectors.salesforce import inbox, manifest
from connectors.salesforce.errors import ManifestError

log = logging.getLogger("salespulse.salesforce")


def pending(
    landing_dir: Path, object_name: str, instance_url: str, cursor: datetime | None
) -> Iterator[tuple[Path, LandedBatch | LandedDeletions]]:
    """What is to be loaded before anything is fetched, with its folder: batches from the oldest on, then
    deletions, which no later batch may take for news.

    Batches that would leave a gap after the cursor, of another org, damaged, or handed over in vain
    before, are given up: they are fetched again.
    """
    found = [(entry, _read(entry.folder)) for entry in inbox.entries(landing_dir, object_name)]
    for entry, landed in sorted(found, key=lambda each: isinstance(each[1], LandedDeletions)):
        if landed is None:
            continue
        if _is_behind(landed, cursor):
            inbox.clear(entry.folder)
            continue
        is_worn = entry.is_worn and isinstance(landed, LandedBatch)
        if is_worn or not _is_usable(entry.folder, landed, instance_url, cursor):
            log.warning("%s: what lies in %s is not loaded but fetched again", object_name, entry.folder)
            inbox.clear(entry.folder)
            continue
        inbox.offer(entry)
        log.info("%s: loading what an earlier run had landed (%s)", object_name, entry.folder.name)
        yield entry.folder, landed
        if isinstance(landed, LandedBatch) and landed.purpose == "rows":
            cursor = max(cursor or landed.window_end, landed.window_end)


def damaged_deletions(landing_dir: Path, object_name: str) -> tuple[Path, ...]:
    """Folders with a list of deletions that was not loaded and cannot be read: what was in them must be asked again."""
    folders = [entry.folder for entry in inbox.entries(landing_dir, object_name)]
    return tuple(each for each in folders if (each / landing_zone.DELETIONS).exists() and _read(each) is None)


def _read(folder: Path) -> LandedBatch | LandedDeletions | None:
    """None for a query that never ended (`resume` looks at those) and for what cannot be read."""
    try:
        if (folder / landing_zone.DELETIONS).exists():
            return landing_zone.read_deletions(folder)
        found = manifest.read(folder)
    except LandingZoneError as error:
        log.warning("A list of deletions is asked for again: %s", error)
        return None
    except ManifestError as error:
        log.debug("%s is passed over: %s", folder, error)
        return None
    return found.batch(folder) if found.state == "complete" else None


def _is_behind(landed: LandedBatch | LandedDeletions, cursor: datetime | None) -> bool:
    """Whether the cursor tells that the rows were loaded: the run ended just before it took the mark away."""
    is_rows = isinstance(landed, LandedBatch) and landed.purpose == "rows"
    return is_rows and cursor is not None and landed.window_end <= cursor


def _is_usable(folder: Path, landed: LandedBatch | LandedDeletions, instance_url: str, cursor: datetime | None) -> bool:
    if isinstance(landed, LandedDeletions):
        return True
    found = manifest.read(folder)
    if found.instance_url != instance_url or not manifest.verified(folder, found):
        return False
    if landed.purpose != "rows" or landed.window_start is None:
        return True
    return cursor is not None and landed.window_start <= cursor
