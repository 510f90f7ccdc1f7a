"""How the open pipeline that is due in a period came to what it is at the period's end, leg by leg, in cents.

closing = opening + created + pulled_in + reopened + increased - decreased - won - lost - pushed_out - moved_earlier
- deleted, and for a team + transferred_in - transferred_out. Exits and entries are valued at the end amount.
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
SIGNS = dict.fromkeys(("decreased", "won", "lost", "pushed_out", "moved_earlier", "deleted", "transferred_out"), -1)


def legs(story: Story, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    """(leg, cents, owner) of one deal in the period of the seconds from `begin` up to `end`."""
    before, after = story.at(begin), story.at(end)
    if after is None:
        return
    was_in = before is not None and before.is_open and _is_due(before, begin, end)
    is_in = after.is_open and _is_due(after, begin, end)
    has_left = not is_in and _leaves(before, after, begin, end)
    if was_in and before is not None:
        yield "opening", before.cents, before.owner
        if before.owner != after.owner:
            yield "transferred_out", before.cents, before.owner
            yield "transferred_in", before.cents, after.owner
        change = after.cents - before.cents
        if change:
            yield "increased" if change > 0 else "decreased", abs(change), after.owner
    elif is_in or has_left:
        yield _entry(before), after.cents, after.owner
    if is_in:
        yield "closing", after.cents, after.owner
    elif was_in or has_left:
        yield _exit(after, begin, end), after.cents, after.owner


def _is_due(version: Version, begin: int, end: int) -> bool:
    return begin <= version.close * DAY < end


def _leaves(before: Version | None, after: Version, begin: int, end: int) -> bool:
    """Whether a deal that was not there at the beginning was closed within, for the period: both came and went."""
    is_closed_within = after.is_closed and not after.is_deleted and after.at >= begin and _is_due(after, begin, end)
    return is_closed_within and not (before is not None and before.is_closed and _same_closing(before, after))


def _same_closing(before: Version, after: Version) -> bool:
    return before.stage == after.stage and before.at == after.at


def _entry(before: Version | None) -> str:
    if before is None:
        return "created"
    if before.is_closed:
        return "reopened"
    return "pulled_in"


def _exit(after: Version, begin: int, end: int) -> str:
    if after.is_deleted:
        return "deleted"
    if after.close * DAY >= end:
        return "pushed_out"
    if after.close * DAY < begin:
        return "moved_earlier"
    return "won" if after.is_won else "lost"
