"""What is true of each open deal at an instant: its age, its stage, its pushes, who takes part, when it was touched."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.truth.activity_totals import Doing
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.stage_totals import stays


def open_deals(
    every: Iterable[Story], ids: list[str], roles: ContactRoles, done: Iterable[Doing], instant: int
) -> Iterator[dict[str, Any]]:
    """One row per deal that is open before the second `instant`; `last_activity` in UTC seconds, None if never."""
    people = people_by_deal(roles, instant)
    touched: dict[int, int] = {}
    for each in done:
        touched[each.deal] = max(touched.get(each.deal, each.at), each.at)
    touched.pop(NONE, None)
    now = instant - 1
    for story in every:
        if story.last.is_open:
            last = touched.get(story.index)
            yield {
                "opportunity_id": ids[story.index],
                "age_days": (now - story.first.at) / DAY,
                "stage_age_days": stays(story)[-1].days(now),
                "push_count": sum(b.close > a.close and b.is_open for a, b in pairwise(story.versions)),
                "contact_role_count": len(people[story.index]),
                "last_activity": last,
                "idle_days": (now - (story.first.at if last is None else last)) / DAY,
            }


def people_by_deal(roles: ContactRoles, instant: int) -> dict[int, set[int]]:
    """By deal who has had a part in it before an instant; deals with nobody are left out."""
    found: dict[int, set[int]] = defaultdict(set)
    columns = (roles.deal, roles.contact, roles.added)
    for deal, contact, added in zip(*(each.tolist() for each in columns), strict=True):
        if added < instant:
            found[deal].add(contact)
    return found
