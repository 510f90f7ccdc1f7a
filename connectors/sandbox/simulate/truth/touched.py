"""How many of the open deals were touched of late, by period and scope, and how many people take part in them.

As of the end of each of the last periods, or now. What is about no deal names no contact and no account here either,
so that the wider reach of a touch is no wider.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.truth.activity_totals import Doing
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

PERIODS = 26
REACHES = (7, 14, 30)  # days
MANY = 2  # people


@dataclass(slots=True)
class _Group:
    """Days since the last touch of each open deal, None for never, and how many contacts each has."""

    idle: list[float | None] = field(default_factory=list)
    people: list[int] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        count, days = len(self.idle), [each for each in self.idle if each is not None]
        many = sum(each >= MANY for each in self.people)
        row: dict[str, Any] = {"open_count": count, "never_touched_count": count - len(days)}
        for reach in REACHES:
            near = sum(each <= reach for each in days)
            row |= {f"touched_{reach}_days_count": near, f"touched_{reach}_days_rate": near / count}
        return row | {
            "average_recency_days": share(sum(days), len(days)),
            "average_contact_count": sum(self.people) / count,
            "multi_threaded_count": many,
            "multi_threaded_rate": many / count,
        }


def touch_totals(
    every: Iterable[Story],
    roles: ContactRoles,
    done: Iterable[Doing],
    calendar: Calendar,
    scopes_of: ScopesOf,
    instant: int,
) -> list[dict[str, Any]]:
    """One row per scope with an open deal and each of the last 26 periods that have begun before `instant`."""
    touches, joined = _touches(done), _joined(roles)
    groups: dict[tuple[int, str], _Group] = defaultdict(_Group)
    now = calendar.number((instant - 1) // DAY)
    for number in range(max(now - PERIODS + 1, 0), now + 1):
        end = min(calendar.end(number), instant)
        # the last instant of a period is the first of the next one, as for those who ask later
        asked = end if end == calendar.end(number) else instant - 1
        for story in every:
            then = story.at(end)
            if then is not None and then.is_open:
                before = bisect_left(touches[story.index], end)
                idle = (asked - touches[story.index][before - 1]) / DAY if before else None
                people = len({contact for added, contact in joined[story.index] if added < end})
                for scope in scopes_of(then.owner):
                    groups[number, scope].idle.append(idle)
                    groups[number, scope].people.append(people)
    return [
        {"period_start": to_date(calendar.starts[number]), "scope_id": scope, **group.row()}
        for (number, scope), group in sorted(groups.items())
    ]


def _touches(done: Iterable[Doing]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for each in done:
        found[each.deal].append(each.at)
    for instants in found.values():
        instants.sort()
    return found


def _joined(roles: ContactRoles) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    columns = (roles.deal, roles.added, roles.contact)
    for deal, added, contact in zip(*(each.tolist() for each in columns), strict=True):
        found[deal].append((added, contact))
    return found
