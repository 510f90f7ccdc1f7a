"""True figures of stages and of cohorts: stays, conversions from stage to stage, wins by age; one deal at a time.

A deal counts in the process of its record type as it is now. What was deleted since has reached its stages and was
made in its cohort all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.process import STAGES
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar, later

AGES = (1, 2, 3, 4, 6, 9, 12, 18, 24)  # months


@dataclass(frozen=True, slots=True)
class Stay:
    """An unbroken stay in a stage, from one second up to another one; `left` is None while it lasts."""

    stage: str
    entered: int
    left: int | None

    def days(self, now: int) -> float:
        return ((now if self.left is None else self.left) - self.entered) / DAY


def stays(story: Story) -> list[Stay]:
    """All stays of a deal in order. A deletion ends the last one."""
    versions = story.versions
    entries = [versions[0], *(after for before, after in pairwise(versions) if after.stage != before.stage)]
    ends = [each.at for each in entries[1:]] + [story.last.at if story.last.is_deleted else None]
    return [Stay(STAGES[entry.stage].name, entry.at, left) for entry, left in zip(entries, ends, strict=True)]


@dataclass(slots=True)
class _Cohort:
    """Those that reached one stage in one period."""

    reached: int = 0
    following: int = 0
    fates: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("won", "lost", "open", "deleted"), 0))
    standing: int = 0
    days: list[float] = field(default_factory=list)
    won_days: list[float] = field(default_factory=list)


def conversions(every: Iterable[Story], ladder: Ladder, calendar: Calendar, now: int) -> list[dict[str, Any]]:
    """Per process, own stage and period in which deals first stood there or beyond: how many, and what became of them.

    A stage left out counts as reached; a win has reached them all.
    """
    cohorts: dict[tuple[int, str, int, str], _Cohort] = defaultdict(_Cohort)
    for story in every:
        reached = ladder.reached(story)
        spent = days_by_stage(story, now)
        for place, (name, at) in enumerate(zip(ladder.stages(story), reached, strict=False)):
            cohort = cohorts[calendar.number(at // DAY), ladder.name(story), place, name]
            cohort.reached += 1
            cohort.following += len(reached) > place + 1
            cohort.fates[fate(story)] += 1
            cohort.standing += story.last.is_open and STAGES[story.last.stage].name == name
            if name in spent:
                cohort.days.append(spent[name])
                cohort.won_days += [spent[name]] if fate(story) == "won" else []
    return [
        {"period_start": to_date(calendar.starts[number]), "process": process, "stage": stage, **_row(cohort)}
        for (number, process, _, stage), cohort in sorted(cohorts.items())
    ]


def _row(cohort: _Cohort) -> dict[str, Any]:
    return {
        "reached_count": cohort.reached,
        "reached_next_count": cohort.following,
        "conversion_rate": cohort.following / cohort.reached,
        **{f"{name}_count": count for name, count in cohort.fates.items()},
        "standing_count": cohort.standing,
        "median_days": median(cohort.days) if cohort.days else None,
        "p90_won_days": percentile(cohort.won_days, 0.9),
    }


def days_by_stage(story: Story, now: int) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for stay in stays(story):
        found[stay.stage] += stay.days(now)
    return found


def percentile(values: list[float], share: float) -> float | None:
    """Between two values in proportion, as spreadsheets have it."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def fate(story: Story) -> str:
    """What has become of a deal: won, lost, open or deleted."""
    if story.last.is_deleted:
        return "deleted"
    return "won" if story.last.is_won else "lost" if story.last.is_closed else "open"


def stage_win_rates(every: Iterable[Story], ladder: Ladder) -> list[dict[str, Any]]:
    """Per process and own stage: the closed deals that reached it, and those of them that are won.

    A deal lost in a stage of another process has reached the first of its own.
    """
    ends: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for story in every:
        if fate(story) in ("won", "lost"):
            for stage in ladder.stages(story)[: max(len(ladder.reached(story)), 1)]:
                ends[ladder.name(story), stage].append(story.last.is_won)
    return [
        {
            "process": process,
            "stage": stage,
            "closed_count": len(won),
            "won_count": sum(won),
            "win_rate": sum(won) / len(won),
        }
        for (process, stage), won in sorted(ends.items())
    ]


def win_cohorts(every: Iterable[Story], ladder: Ladder, quarters: Calendar, now: int) -> list[dict[str, Any]]:
    """Per process, quarter of creation and age in months: deals made, and those that were won by that age."""
    groups: dict[tuple[int, str], list[Story]] = defaultdict(list)
    for story in every:
        groups[quarters.number(story.first.at // DAY), ladder.name(story)].append(story)
    today = to_date(now // DAY)
    rows = []
    for (number, process), group in sorted(groups.items()):
        start = to_date(quarters.starts[number])
        for age in (age for age in AGES if later(start, age) <= today):
            told = {"cohort_start": start, "process": process, "age_months": age}
            rows.append(told | _won_by(group, age, today))
    return rows


def _won_by(group: list[Story], age: int, today: date) -> dict[str, Any]:
    won = [story for story in group if fate(story) == "won" and _won_on(story) <= _aged(story, age)]
    return {
        "created_count": len(group),
        "won_count": len(won),
        "won_amount": sum(story.last.cents for story in won) / 100,
        "is_mature": all(_aged(story, age) <= today for story in group),
    }


def _won_on(story: Story) -> date:
    return to_date((story.closed_at or 0) // DAY)


def _aged(story: Story, age: int) -> date:
    return later(to_date(story.first.at // DAY), age)


def stay_rows(every: Iterable[Story], ids: list[str], now: int) -> Iterator[dict[str, Any]]:
    """All stays of the deals that are left: deal, number, stage, instants in UTC seconds, days."""
    for story in every:
        if not story.last.is_deleted:
            for number, stay in enumerate(stays(story), 1):
                told = {"opportunity_id": ids[story.index], "number": number, "stage": stay.stage}
                yield told | {"entered": stay.entered, "left": stay.left, "days": stay.days(now)}
