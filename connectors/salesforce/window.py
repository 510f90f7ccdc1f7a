"""From when to when an extraction reads. The place where rows are lost if it is done wrong.

A row becomes visible only after its SystemModstamp, when its transaction ends. So the upper bound
is what the server vouches for (`latestDateCovered` of getUpdated stays behind running
transactions), and the lower bound goes back a little behind the cursor.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.landed import Mode
from connectors.salesforce.client import Client
from connectors.salesforce.describe import ObjectDescription
from connectors.salesforce.errors import RequestError
from connectors.salesforce.soql import literal

log = logging.getLogger("salespulse.salesforce")

# How far getUpdated looks back. Only its date is wanted, so few ids should come with it.
LOOK_BACK = timedelta(minutes=5)
# A whole object has no start. To halve it, its rows are taken to be spread over so many years.
NOMINAL_SPAN = timedelta(days=10 * 365)
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST = timedelta(seconds=2)
# How long a transaction is given to end where the server vouches for nothing.
SETTLING_TIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """Rows with start ≤ cursor < end, aware UTC to the millisecond. Full mode has no start.

    `end` is the instant up to which every change is in the result; in full mode later ones may be
    in it too, and the next window reads them again.
    """

    mode: Mode
    start: datetime | None
    end: datetime


def cut_window(
    client: Client,
    description: ObjectDescription,
    *,
    cursor: datetime | None,
    overlap: timedelta,
    full: bool,
) -> Window:
    """The window after `cursor`; everything if there is no cursor, no cursor field, or `full`."""
    end = vouched_until(client, description)
    if cursor is None or full or description.cursor_field is None:
        return Window("full", None, end)
    if cursor.tzinfo is None:
        raise ValueError(f"the cursor {cursor} of {description.name} has no time zone")
    # What was vouched for once stays so: a transaction that began earlier cannot take it back.
    known = to_millisecond(cursor)
    return Window("incremental", known - overlap, max(end, known))


def halves(window: Window, cursor: datetime | None) -> tuple[Window, Window] | None:
    """The window as two that follow each other, for a query that was too large; None if it is too short.

    They meet without a gap and without an overlap. The first half of a whole object has no lower bound,
    so that no row is too old for it. To be read in their order: a row that moves meanwhile moves on.
    """
    start = max(window.start, cursor) if window.start and cursor else window.start
    begin = start if start else window.end - NOMINAL_SPAN
    middle = to_millisecond(begin + (window.end - begin) / 2)
    if window.end - begin < SHORTEST or begin < OLDEST:
        return None
    return Window("incremental", window.start, middle), Window("incremental", middle, window.end)


def vouched_until(client: Client, description: ObjectDescription) -> datetime:
    """The instant before which no change of the object can still appear."""
    now = client.server_now().replace(microsecond=0)
    settled = now - SETTLING_TIME
    if not description.is_replicateable:
        return settled
    path = f"sobjects/{description.name}/updated/"
    try:
        answer = client.get_json(path, {"start": literal(now - LOOK_BACK), "end": literal(now)})
        covered = parse_instant(str(answer["latestDateCovered"]))
    except (RequestError, KeyError, TypeError, ValueError) as error:
        log.debug("%s: getUpdated is of no use, five minutes are given instead: %s", description.name, error)
        return settled
    return min(covered, now)


def parse_instant(text: str) -> datetime:
    """`2026-11-22T01:05:00.000+0000` or with Z, as aware UTC. ValueError if it is neither."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return instant.astimezone(UTC)


def to_millisecond(instant: datetime) -> datetime:
    """Cut to the precision that SOQL has, in UTC."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
