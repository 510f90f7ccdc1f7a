"""What lies open at the ends of periods, by seller, process and stage; and how many of it keep to the process now."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.process import STAGES
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf


def standing_totals(
    every: Iterable[Story], ladder: Ladder, calendar: Calendar, owner_ids: list[str], instant: int
) -> list[dict[str, Any]]:
    """One row per period, owner then, process and stage with something open at the period's end, or now."""
    sums: dict[tuple[int, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    now = calendar.number((instant - 1) // DAY)
    for story in every:
        for number in range(calendar.number(story.first.at // DAY), now + 1):
            then = story.at(min(calendar.end(number), instant))
            if then is not None and then.is_open:
                key = (number, owner_ids[then.owner], ladder.name(story), STAGES[then.stage].name)
                for place, value in enumerate((1, then.cents, then.weighted_cents)):
                    sums[key][place] += value
    return [
        {
            "period_start": to_date(calendar.starts[number]),
            "day": to_date(min(calendar.end(number), instant) // DAY - (calendar.end(number) <= instant)),
            "owner_id": owner,
            "process": process,
            "stage": stage,
            "open_count": count,
            "open_amount": cents / 100,
            "weighted_amount": weighted / 100,
        }
        for (number, owner, process, stage), (count, cents, weighted) in sorted(sums.items())
    ]


def adherence_totals(
    every: Iterable[Story], ids: list[str], breaking: Collection[str], scopes_of: ScopesOf
) -> list[dict[str, Any]]:
    """By scope the open deals, those among them that break a rule now (their ids are in `breaking`), and the share
    of the others."""
    groups: dict[str, list[tuple[bool, int]]] = defaultdict(list)
    for story in every:
        if story.last.is_open:
            for scope in scopes_of(story.last.owner):
                groups[scope].append((ids[story.index] in breaking, story.last.cents))
    return [
        {
            "scope_id": scope,
            "open_count": len(group),
            "breaking_count": sum(is_breaking for is_breaking, _ in group),
            "adherence_rate": 1 - sum(is_breaking for is_breaking, _ in group) / len(group),
            "at_risk_amount": sum(cents for is_breaking, cents in group if is_breaking) / 100,
        }
        for scope, group in sorted(groups.items())
    ]
