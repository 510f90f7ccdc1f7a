"""True months of the sellers: how long each has been here, what was asked, booked and to be expected; and by quarter.

What is to be expected of a newcomer is what the company plans with, a share of the quota by months since the hire, and
not how the simulated people come up to speed.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import SELLER, Staff
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

RAMP_PLAN = ((0, 0.0), (1, 0.25), (2, 0.25), (3, 0.5), (4, 0.75), (6, 1.0))  # from which month on which share
Row = dict[str, Any]


def seller_months(
    every: Iterable[Story], staff: Staff, asked: dict[tuple[int, int], float], months: Calendar, now: int
) -> list[Row]:
    """One row per seller and month with a quota (`asked`: cents by person and number of the month) or bookings.

    Of those who have left nothing is to be expected: they count in the months that are over.
    """
    booked: dict[tuple[int, int], int] = defaultdict(int)
    for story in every:
        last = story.last
        if last.is_won and not last.is_deleted and last.close <= now // DAY:
            booked[last.owner, months.number(last.close)] += last.cents
    return [
        _month(staff, person, number, asked.get((person, number)), booked.get((person, number), 0), months)
        for person, number in sorted(asked.keys() | booked.keys())
        if person != NONE and staff.levels[person] == SELLER
        if staff.people[person].works_at(now) or months.end(number) <= now // DAY * DAY
    ]


def _month(staff: Staff, person: int, number: int, quota: float | None, booked: int, months: Calendar) -> Row:
    hired, month = to_date(int(staff.starts[person]) // DAY), to_date(months.starts[number])
    is_here = months.end(number) > int(staff.starts[person]) // DAY * DAY
    tenure = max(_elapsed(hired, month), 0) if is_here else None
    factor = 0.0 if tenure is None else ramp_factor(tenure)
    return {
        "person": person,
        "owner_id": str(staff.ids[person]),
        "period_start": month,
        "tenure_months": tenure,
        "ramp_factor": factor,
        "quota": quota,
        "quota_amount": None if quota is None else round(quota) / 100,
        "bookings_amount": booked / 100,
        "attainment_ratio": share(booked, quota) if quota else None,
        "capacity_amount": None if quota is None else round(quota * factor) / 100,
    }


def _elapsed(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def ramp_factor(tenure: int) -> float:
    return [factor for first, factor in RAMP_PLAN if first <= tenure][-1]


def ramp_totals(rows: Iterable[Row], today: date) -> list[Row]:
    """Quota and bookings by months since the hire, over the months that are over and have a quota."""
    groups: dict[int, list[Row]] = defaultdict(list)
    this_month = today.replace(day=1)
    for row in rows:
        if row["quota"] and row["tenure_months"] is not None and row["period_start"] < this_month:
            groups[row["tenure_months"]].append(row)
    return [
        {
            "tenure_months": tenure,
            "seller_count": len({row["person"] for row in group}),
            "quota_amount": sum(row["quota_amount"] for row in group),
            "bookings_amount": sum(row["bookings_amount"] for row in group),
            "attainment_ratio": sum(row["bookings_amount"] for row in group)
            / sum(row["quota_amount"] for row in group),
            "ramp_factor": ramp_factor(tenure),
        }
        for tenure, group in sorted(groups.items())
    ]


def capacity_totals(rows: Iterable[Row], quarters: Calendar, scopes_of: ScopesOf) -> list[Row]:
    """What is to be expected by scope and quarter, of those who have a quota in it."""
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["quota"] is not None:
            number = quarters.number((row["period_start"] - date(1970, 1, 1)).days)
            for scope in scopes_of(row["person"]):
                groups[number, scope].append(row)
    return [
        {
            "period_start": to_date(quarters.starts[number]),
            "scope_id": scope,
            "seller_count": len({row["person"] for row in group}),
            "ramping_count": len({row["person"] for row in group if row["ramp_factor"] < 1}),
            "quota_amount": round(sum(row["quota"] for row in group)) / 100,
            "capacity_amount": round(sum(row["quota"] * row["ramp_factor"] for row in group)) / 100,
        }
        for (number, scope), group in sorted(groups.items())
    ]
