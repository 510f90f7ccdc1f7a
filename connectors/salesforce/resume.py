"""Whether a query that was cut off may be gone on with, instead of asking for everything again.

A locator stays valid while its job lives (seven days), so a job can be continued at its next page; a
REST locator while its session lives. It may only answer for a query that asks the same and leaves no
gap after the cursor. A query that nobody goes on with is given up, its job taken away.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from connectors import landing_zone
from connectors.salesforce import bulk, inbox, manifest
from connectors.salesforce.client import Client
from connectors.salesforce.errors import ManifestError
from connectors.salesforce.manifest import Manifest

log = logging.getLogger("salespulse.salesforce")

JOB_LIFE = timedelta(days=7)
# Values of formulas and lists of Ids are only worth something while they are fresh.
FRESH = timedelta(days=1)


def resumable(
    client: Client, wanted: Manifest, landing_dir: Path, cursor: datetime | None
) -> tuple[Path, Manifest] | None:
    """The newest cut-off query that answers for `wanted` and can be gone on with, with its folder.

    All others of its purpose, and all that are too old, are given up here.
    """
    chosen: tuple[Path, Manifest] | None = None
    for folder, old in reversed(unfinished(landing_dir, wanted.object_name)):
        is_old = wanted.window_end - old.window_end > JOB_LIFE
        if old.purpose != wanted.purpose and not is_old:
            continue
        if chosen is None and not is_old and _answers(client, old, wanted, cursor) and manifest.verified(folder, old):
            there = len(old.pages)
            log.info("%s: going on with query %s, pages landed before: %d", old.object_name, old.job_id, there)
            chosen = folder, old
        else:
            give_up(client, folder, old)
    return chosen


def unfinished(landing_dir: Path, object_name: str) -> list[tuple[Path, Manifest]]:
    """Marked folders with a query that never ended, the oldest first. An unreadable manifest is passed over."""
    found = []
    for entry in inbox.entries(landing_dir, object_name):
        try:
            old = manifest.read(entry.folder)
        except ManifestError as error:
            if (entry.folder / manifest.FILE_NAME).exists():
                log.warning("%s", error)
            elif not (entry.folder / landing_zone.DELETIONS).exists():
                inbox.clear(entry.folder)  # killed before anything was written
            continue
        if old.state == "running":
            found.append((entry.folder, old))
        elif old.state == "abandoned":
            inbox.clear(entry.folder)  # given up by the warehouse, or by a run that was killed right then
    return found


def give_up(client: Client, folder: Path, old: Manifest) -> None:
    """Nobody looks at it again, and Salesforce need not keep its job."""
    manifest.write(folder, replace(old, state="abandoned"))
    inbox.clear(folder)
    if old.api == "bulk" and old.job_id and old.instance_url == client.instance_url:
        bulk.give_up(client, old.job_id)


def _answers(client: Client, old: Manifest, wanted: Manifest, cursor: datetime | None) -> bool:
    if not old.asks_the_same(wanted) or not _covers(old, wanted, cursor):
        return False
    if old.api == "rest":
        return True  # whether its locator lives is found out by using it
    job = bulk.find(client, old.job_id)
    return job is not None and job.state not in {"Failed", "Aborted"}


def _covers(old: Manifest, wanted: Manifest, cursor: datetime | None) -> bool:
    """Whether loading the old window leaves no gap after the cursor, and gets beyond it."""
    if wanted.purpose != "rows":
        return wanted.window_end - old.window_end <= FRESH
    if wanted.mode == "full":
        # A window that was cut short at its end is gone on from by the next one.
        return old.window_start is None
    if cursor is None or old.mode == "full":
        return True
    return (old.window_start is None or old.window_start <= cursor) and cursor < old.window_end
