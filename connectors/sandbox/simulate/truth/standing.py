"""What lies open at the ends of periods, by seller, process and stage."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.process import STAGES
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar


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
