"""True roll-ups of forecasts: what stood in each quarter at the begin of each of its weeks, and what came of it.

Taken again from the versions of then, deals deleted since included; what was not known then is not in it. Past
bookings and what commit deals came to are told as of the instant of asking.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.process import CATEGORIES, STAGES
from connectors.sandbox.simulate.truth.chronicle import Story, Version
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.quota_totals import COMMIT, LIKELY
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

OMITTED = CATEGORIES.index("Omitted")
FORECASTS = ("closed", "commit", "best_case", "weighted", "default_weighted")
AMOUNTS = (*FORECASTS, "open_pipeline", "omitted", "commit_open", "commit_won")
COUNTS = ("commit_count", "commit_won_count")
WEEK = 7
Key = tuple[int, int, str]  # quarter, week, scope
Sums = dict[str, float]


def rollups(
    every: Iterable[Story], ladder: Ladder, quarters: Calendar, scopes_of: ScopesOf, instant: int
) -> list[dict[str, Any]]:
    """One row per quarter, week of it that has begun since the first deal, and scope that ever had a deal in either."""
    told = list(every)
    sums: dict[Key, Sums] = defaultdict(lambda: dict.fromkeys((*AMOUNTS, *COUNTS), 0.0))
    points = _points(quarters, min((story.first.at for story in told), default=instant), instant)
    booked = _bookings(told, quarters, scopes_of)
    scopes = {scope for story in told for version in story.versions for scope in scopes_of(version.owner)}
    for number, week, at in points:
        for story in told:
            then = story.at(at + 1)
            if then is not None and quarters.number(then.close) == number and (then.is_open or then.is_won):
                counted = _count(story, then, ladder) | _hits(story, then, quarters)
                for scope in () if then.is_deleted else scopes_of(then.owner):
                    for name, value in counted.items():
                        sums[number, week, scope][name] += value
    return [
        _row(quarters, number, week, scope, sums[number, week, scope], booked, instant)
        for number, week, _ in points
        for scope in sorted(scopes)
    ]


def _points(quarters: Calendar, first: int, instant: int) -> list[tuple[int, int, int]]:
    """(quarter, week, second) of all looks."""
    numbers = range(quarters.number(first // DAY), quarters.number((instant - 1) // DAY) + 1)
    looks = (
        (number, week, quarters.begin(number) + week * WEEK * DAY)
        for number in numbers
        for week in range((quarters.end(number) - quarters.begin(number) - DAY) // (WEEK * DAY) + 1)
    )
    return [look for look in looks if first <= look[2] < instant]


def _bookings(told: list[Story], quarters: Calendar, scopes_of: ScopesOf) -> dict[tuple[int, str], int]:
    booked: dict[tuple[int, str], int] = defaultdict(int)
    for story in told:
        if story.last.is_won and not story.last.is_deleted:
            for scope in scopes_of(story.last.owner):
                booked[quarters.number(story.last.close), scope] += story.last.cents
    return booked


def _count(story: Story, then: Version, ladder: Ladder) -> Sums:
    """What a deal adds to each figure; the categories are cumulative. Where a stage is none of the process's own there
    is no default probability."""
    if then.is_won:
        return dict.fromkeys(FORECASTS, float(then.cents))
    is_commit, is_likely = then.category == COMMIT, then.category in LIKELY
    is_told, is_own = then.category != OMITTED, ladder.place(story, then) is not None
    return {
        "commit": then.cents * is_commit,
        "best_case": then.cents * (is_commit or is_likely),
        "open_pipeline": then.cents,
        "omitted": then.cents * (not is_told),
        "weighted": then.weighted_cents * is_told,
        "default_weighted": then.cents * STAGES[then.stage].probability / 100 * (is_told and is_own),
    }


def _hits(story: Story, then: Version, quarters: Calendar) -> Sums:
    """A commit deal hits if it is won in its quarter."""
    if not (then.is_open and then.category == COMMIT):
        return {}
    last = story.last
    is_hit = last.is_won and not last.is_deleted and quarters.number(last.close) == quarters.number(then.close)
    won = {"commit_won_count": 1.0, "commit_won": float(then.cents)} if is_hit else {}
    return {"commit_count": 1.0, "commit_open": float(then.cents), **won}


def _row(
    quarters: Calendar,
    number: int,
    week: int,
    scope: str,
    sums: Sums,
    booked: dict[tuple[int, str], int],
    instant: int,
) -> dict[str, Any]:
    is_complete = quarters.end(number) <= (instant - 1) // DAY * DAY
    return {
        "period_start": to_date(quarters.starts[number]),
        "week": week,
        "snapshot": to_date(quarters.starts[number] + week * WEEK),
        "scope_id": scope,
        **{f"{name}_amount": round(sums[name]) / 100 for name in AMOUNTS},
        **{name: int(sums[name]) for name in COUNTS},
        "hit_rate": share(sums["commit_won_count"], sums["commit_count"]) if is_complete else None,
        "hit_value_rate": share(sums["commit_won"], sums["commit_open"]) if is_complete else None,
        "actual_amount": booked.get((number, scope), 0) / 100 if is_complete else None,
        "previous_actual_amount": booked.get((number - 1, scope), 0) / 100,
        "is_complete": is_complete,
    }
