"""Whether a query that was cut off may be gone on with, instead of asking for everything again.

A locator stays valid while its job lives (seven days), so a job can be continued at its next page.
It may only answer for a query that asks the same and leaves no gap after the cursor.
"""

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from connectors.salesforce import bulk, manifest
from connectors.salesforce.client import Client
from connectors.salesforce.manifest import Manifest

log = logging.getLogger("salespulse.salesforce")


def resumable(
    client: Client, wanted: Manifest, landing_dir: Path, cursor: datetime | None
) -> tuple[Path, Manifest] | None:
    """The newest cut-off query that answers for `wanted` and whose job is alive, with its folder.

    All others of the object are given up here, so that nobody looks at them again.
    """
    chosen: tuple[Path, Manifest] | None = None
    for folder, old in list(manifest.unfinished(landing_dir, wanted.object_name)):
        if chosen is None and _answers(client, old, wanted, cursor) and manifest.verified(folder, old):
            there = len(old.pages)
            log.info("%s: going on with job %s, pages landed before: %d", old.object_name, old.job_id, there)
            chosen = folder, old
        else:
            manifest.write(folder, replace(old, state="abandoned"))
    return chosen


def _answers(client: Client, old: Manifest, wanted: Manifest, cursor: datetime | None) -> bool:
    alike = (
        old.api == "bulk"
        and old.instance_url == wanted.instance_url
        and old.mode == wanted.mode
        and old.columns == wanted.columns
        and old.cursor_name == wanted.cursor_name
    )
    if not alike or not _covers(old, cursor):
        return False
    job = bulk.find(client, old.job_id)
    return job is not None and job.state not in {"Failed", "Aborted"}


def _covers(old: Manifest, cursor: datetime | None) -> bool:
    """Whether loading the old window leaves no gap after the cursor, and gets beyond it."""
    if old.mode == "full" or cursor is None:
        return True
    return old.window_start is not None and old.window_start <= cursor < old.window_end
