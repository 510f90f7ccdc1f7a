"""What was deleted, as getDeleted tells it: also what is no longer in the recycle bin.

getDeleted looks back 15 days for certain and names 600,000 records at most. Where it cannot answer for
the whole time since the cursor, only the list of all Ids tells what is gone; that is said here, not done.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.salesforce.client import Client
from connectors.salesforce.describe import ObjectDescription
from connectors.salesforce.errors import RequestError, ResponseError
from connectors.salesforce.soql import literal
from connectors.salesforce.window import parse_instant

log = logging.getLogger("salespulse.salesforce")

REACH = timedelta(days=15)
# From so long ago on a question can still be asked; the clocks may differ a little.
FURTHEST = REACH - timedelta(hours=1)
GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Deletions:
    """Records deleted since `start`: (Id, instant), the oldest first.

    `covered` is the instant up to which the source vouches that all are named. `has_gap`: deletions
    of that time may be missing, so the Ids have to be compared. `is_asked`: getDeleted was asked.
    """

    start: datetime
    rows: tuple[tuple[str, datetime], ...]
    covered: datetime
    has_gap: bool = False
    is_asked: bool = True

    def before(self, end: datetime) -> tuple[tuple[str, datetime], ...]:
        return tuple(row for row in self.rows if row[1] < end)

    def ids_since(self, as_of: datetime) -> frozenset[str]:
        """Those deleted at the instant or later; seconds may be cut off."""
        return frozenset(key for key, at in self.rows if at >= as_of - GRAIN)


def deletions(
    client: Client, description: ObjectDescription, *, cursor: datetime | None, overlap: timedelta
) -> Deletions | None:
    """What was deleted since the cursor; None if there is no cursor, or the object is not replicated.

    Seconds do not count for Salesforce here, so the time asked for begins at a full minute.
    """
    if cursor is None or not description.is_replicateable:
        return None
    now = client.server_now().replace(microsecond=0)
    start = (cursor - overlap).replace(second=0, microsecond=0)
    if now - start > REACH:
        log.info("%s: the last sync is more than 15 days ago; deletions are found by comparing Ids", description.name)
        return Deletions(start, (), now, has_gap=True, is_asked=False)
    if now - start <= GRAIN:
        return Deletions(start, (), now, is_asked=False)
    try:
        answer = client.get_json(
            f"sobjects/{description.name}/deleted/", {"start": literal(start), "end": literal(now)}
        )
    except RequestError as error:
        log.warning("%s: deletions are found by comparing Ids, getDeleted refused: %s", description.name, error)
        return Deletions(start, (), now, has_gap=error.code == "EXCEEDED_ID_LIMIT")
    try:
        rows = [(str(entry["id"]), parse_instant(str(entry["deletedDate"]))) for entry in answer["deletedRecords"]]
        earliest = parse_instant(str(answer["earliestDateAvailable"]))
        covered = parse_instant(str(answer["latestDateCovered"]))
    except (KeyError, TypeError, ValueError) as error:
        url = client.url(f"sobjects/{description.name}/deleted/")
        raise ResponseError(url, f"it is no answer of getDeleted ({error!r})") from error
    if has_gap := earliest > start:
        log.info("%s: deletions before %s are forgotten; they are found by comparing Ids", description.name, earliest)
    return Deletions(start, tuple(sorted(rows, key=lambda row: row[1])), min(covered, now), has_gap)
