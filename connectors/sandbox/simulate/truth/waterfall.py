"""How the open pipeline that is due in a period came to what it is at the period's end, leg by leg, in cents.

closing = opening + created + pulled_in + reopened + increased - decreased - won - lost - pushed_out - moved_earlier
- deleted, and for a team + transferred_in - transferred_out. A deal comes in at the amount it had when the period
began, or when it was made; exits, handovers among them, are valued at the end amount. So the won leg is what was
booked as far as it was known when the period ended. All in constant currency: a push moves a deal, and does not re-rate
it.
"""

from collections.abc import Iterator

from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.truth.chronicle import Story, Version

LEGS = (
    "opening",
    "created",
    "pulled_in",
    "reopened",
    "increased",
    "decreased",
    "won",
    "lost",
    "pushed_out",
    "moved_earlier",
    "deleted",
    "transferred_in",
    "transferred_out",
    "closing",
)
HANDOVERS = frozenset({"transferred_in", "transferred_out"})
SIGNS = dict.fromkeys(("decreased", "won", "lost", "pushed_out", "moved_earlier", "deleted", "transferred_out"), -1)


def legs(story: Story, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    """(leg, cents, owner) of one deal in the period of the seconds from `begin` up to `end`."""
    before, after = story.at(begin), story.at(end)
    if after is None:
        return
    was_in = before is not None and before.is_open and _is_due(before, begin, end)
    is_in = after.is_open and _is_due(after, begin, end)
    if not (was_in or is_in or _is_closed_for(before, after, begin, end)):
        return
    first = before or story.versions[0]
    yield "opening" if was_in else _entry(before, after), first.constant_cents, first.owner
    change = after.constant_cents - first.constant_cents
    if change:
        yield "increased" if change > 0 else "decreased", abs(change), first.owner
    if first.owner != after.owner:
        yield "transferred_out", after.constant_cents, first.owner
        yield "transferred_in", after.constant_cents, after.owner
    yield "closing" if is_in else _exit(after, begin, end), after.constant_cents, after.owner


def _is_due(version: Version, begin: int, end: int) -> bool:
    return begin <= version.close * DAY < end


def _is_closed_for(before: Version | None, after: Version, begin: int, end: int) -> bool:
    """Whether the deal ends as a win of the period, however early it was won, or was lost for it within."""
    if not after.is_closed or after.is_deleted or not _is_due(after, begin, end):
        return False
    was_lost = before is not None and before.is_closed and not before.is_won
    return after.is_won or not was_lost


def _entry(before: Version | None, after: Version) -> str:
    """How a deal came in that was not due in the period when it began; a win with its date, if it was won before."""
    if before is None:
        return "created"
    return "pulled_in" if before.is_open or (before.is_won and after.is_won) else "reopened"


def _exit(after: Version, begin: int, end: int) -> str:
    if after.is_deleted:
        return "deleted"
    if after.close * DAY >= end:
        return "pushed_out"
    if after.close * DAY < begin:
        return "moved_earlier"
    return "won" if after.is_won else "lost"
