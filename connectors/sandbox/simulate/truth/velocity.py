"""True sales velocity by month: open qualified deals × win rate × average size / cycle, of one population and window.

The population is of deals that have once been qualified; the window the half year that ends with the month, or now.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.truth.chronicle import Story, Version
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

WINDOW_DAYS, MONTHS = 180, 14


@dataclass(slots=True)
class _Parts:
    open_count: int = 0
    won_count: int = 0
    lost_count: int = 0
    sizes: list[int] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        rate = share(self.won_count, self.won_count + self.lost_count)
        size = fmean(self.sizes) / 100 if self.sizes else None
        days = fmean(self.cycles) if self.cycles else None
        is_known = rate is not None and size is not None and days is not None
        return {
            "open_qualified_count": self.open_count,
            "won_count": self.won_count,
            "lost_count": self.lost_count,
            "win_rate": rate,
            "average_deal_amount": size,
            "cycle_days": days,
            "velocity_amount": self.open_count * rate * size / days if is_known else None,  # type: ignore[operator]
        }


def velocities(
    every: Iterable[Story], ladder: Ladder, months: Calendar, scopes_of: ScopesOf, instant: int
) -> list[dict[str, Any]]:
    """One row per scope and each of the last fourteen months, as of its end or before the second `instant`."""
    parts: dict[tuple[int, str], _Parts] = defaultdict(_Parts)
    today = (instant - 1) // DAY
    now = months.number(today)
    for story in every:
        qualified = ladder.qualified(story)
        if qualified is not None:
            for number in range(max(now - MONTHS + 1, 0), now + 1):
                end = min(months.end(number), instant)
                _count(parts, number, scopes_of, story, qualified, end, min(months.end(number) // DAY - 1, today))
    return [
        {"period_start": to_date(months.starts[number]), "scope_id": scope, **each.row()}
        for (number, scope), each in sorted(parts.items())
    ]


def _count(
    parts: dict[tuple[int, str], _Parts],
    number: int,
    scopes_of: ScopesOf,
    story: Story,
    qualified: Version,
    end: int,
    last_day: int,
) -> None:
    then = story.at(end)
    if then is not None and then.is_open and qualified.at < end:
        for scope in scopes_of(then.owner):
            parts[number, scope].open_count += 1
    last, closed_at = story.last, story.closed_at
    if last.is_deleted or closed_at is None:
        return
    day = last.close if last.is_won else closed_at // DAY
    if last_day - WINDOW_DAYS < day <= last_day:
        for scope in scopes_of(last.owner):
            _close(parts[number, scope], last, closed_at, qualified)


def _close(counted: _Parts, last: Version, closed_at: int, qualified: Version) -> None:
    if not last.is_won:
        counted.lost_count += 1
        return
    counted.won_count += 1
    if last.cents > 0:
        counted.sizes.append(last.cents)
    if closed_at > qualified.at:
        counted.cycles.append((closed_at - qualified.at) / DAY)
