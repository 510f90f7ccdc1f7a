"""True totals of quotas by period: what is asked of whom, what is booked against it and what lies open."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date, weekday
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import CATEGORIES
from connectors.sandbox.simulate.staff.quotas import Quotas
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share
from connectors.sandbox.simulate.truth.weighting import Worth

COMMIT = CATEGORIES.index("Forecast")
LIKELY = (CATEGORIES.index("BestCase"), CATEGORIES.index("MostLikely"))
SATURDAY = 5
CHANCES = ("default_weighted_due", "expected_due")
FIGURES = ("quota", "bookings", "open_due", "weighted_due", *CHANCES, "commit", "best_case")


def quotas_by_owner(quotas: Quotas, calendar: Calendar, quarters: Calendar, at: int) -> dict[tuple[int, int], float]:
    """By person and number of the period the quota in cents: a quarter's is spread evenly over its business days."""
    found: dict[tuple[int, int], float] = defaultdict(float)
    columns = (quotas.person, quotas.quarter, quotas.entered, quotas.amount, quotas.changed, quotas.revised)
    for person, first, entered, amount, changed, revised in zip(*(each.tolist() for each in columns), strict=True):
        if entered > at:
            continue
        told = revised if changed != NONE and changed <= at else amount
        last = quarters.end(quarters.number(first)) // DAY
        days = [day for day in range(first, last) if weekday(day) < SATURDAY]
        for day in days:
            found[person, calendar.number(day)] += told * 100 / len(days)
    return found


def coverage_totals(
    every: Iterable[Story],
    asked: dict[tuple[int, int], float],
    calendar: Calendar,
    scopes_of: ScopesOf,
    worth: Worth,
) -> list[dict[str, Any]]:
    """Per period and scope quota, bookings and what is open and due now, the categories cumulative; gap and ratios.

    A deal counts for who owns it now; `worth` tells what it is worth by chance. The quota of a scope is the sum of its
    people's.
    """
    sums: dict[tuple[int, str], dict[str, float]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0.0))
    for (person, number), cents in asked.items():
        for scope in scopes_of(person):
            sums[number, scope]["quota"] += cents
    for story in every:
        for scope in scopes_of(story.last.owner):
            _count(sums[calendar.number(story.last.close), scope], story, worth)
    return [
        {"period_start": to_date(calendar.starts[number]), "scope_id": scope, **_row(figures)}
        for (number, scope), figures in sorted(sums.items())
    ]


def _count(figures: dict[str, float], story: Story, worth: Worth) -> None:
    last = story.last
    if last.is_deleted or (last.is_closed and not last.is_won):
        return
    if last.is_won:
        figures["bookings"] += last.cents
    else:
        figures["open_due"] += last.cents
        figures["weighted_due"] += last.weighted_cents
        for name, cents in zip(CHANCES, worth(story), strict=True):
            figures[name] += cents
    if last.is_won or last.category == COMMIT:
        figures["commit"] += last.cents
    if last.is_won or last.category in (COMMIT, *LIKELY):
        figures["best_case"] += last.cents


def _row(figures: dict[str, float]) -> dict[str, Any]:
    """Ratios of nothing that is asked are none."""
    quota, booked, due = figures["quota"], figures["bookings"], figures["open_due"]
    made: dict[str, Any] = {f"{name}_amount": round(figures[name]) / 100 for name in FIGURES}
    made["gap_amount"] = round(quota - booked) / 100
    made["attainment_ratio"] = share(booked, quota)
    made["gross_coverage_ratio"] = share(due, quota)
    made["remaining_coverage_ratio"] = due / (quota - booked) if quota > booked else None
    return made
