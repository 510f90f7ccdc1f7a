"""Quotas: one per seller and quarter, from what is known when they are entered and from nothing later.

A quota is the level of recent bookings (the company's per seller, tilted towards the seller's own), times the
growth that is asked for, less for newcomers. Where there are no bookings to go by yet, there is a plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, day_number, next_quarter, quarter_start, to_date
from connectors.sandbox.simulate.people import ADMIN, SELLERS, Person, Staff
from connectors.sandbox.simulate.process import WON
from connectors.sandbox.simulate.setup_rows import quarter_ids

NOTICE_DAYS = 14  # quotas are entered this long before their quarter, a newcomer's on the first day
LATEST_START_DAYS = 45  # who comes later in a quarter has no quota for it
QUARTER_DAYS = 91.25
LOOK_BACK_DAYS, OWN_LOOK_BACK_DAYS = 182, 365
OWN_SHARE = 0.35
GROWTH_TARGET = 1.3  # over the level of the recent past
RAMP = ((90, 0.4), (180, 0.75))  # days here at the middle of the quarter → share of a full quota
PLAN_ONLY_DAYS, PLAN_FADES_DAYS = 200, 200
PLAN_DAYS, PLAN = (0, 60, 150, 240, 330), (8_000, 22_000, 75_000, 105_000, 120_000)  # per seller and quarter
ROUND_TO = 1_000


@dataclass(frozen=True, slots=True)
class Sale:
    """A won deal: when it was saved as won, by whose owner, and for how much."""

    at: int
    owner: int
    amount: float


@dataclass(frozen=True, slots=True)
class Quota:
    """`person` indexes the staff; `entered` is the instant from which the quota is known."""

    person: int
    quarter: date
    entered: int
    amount: float


def quota_table(era: Era, staff: Staff, deals: list[Deal]) -> Any:
    rows = quotas(era, staff, sales_of(deals))
    periods = quarter_ids(era)
    entered = np.array([row.entered for row in rows])
    admin = frames.constant(str(staff.ids[ADMIN]), len(rows))
    return frames.table(
        {
            "Id": make_ids("0J9", np.arange(1, len(rows) + 1)),
            "QuotaOwnerId": frames.pick(staff.ids, [row.person for row in rows]),
            "PeriodId": [periods.get(row.quarter) for row in rows],
            "StartDate": frames.days([day_number(row.quarter) for row in rows]),
            "QuotaAmount": [row.amount for row in rows],
            "IsAmount": True,
            "IsQuantity": False,
            **frames.audit(entered, entered, admin, admin),
        }
    )


def sales_of(deals: list[Deal]) -> list[Sale]:
    wins = (step for deal in deals for step in deal.steps if step.stage == WON and not step.is_deleted)
    return [Sale(step.at, step.owner, step.amount or 0.0) for step in wins]


def quotas(era: Era, staff: Staff, sales: list[Sale]) -> list[Quota]:
    """All quotas of the era's full quarters. One that is entered at T depends on no sale and no leaving after T."""
    rows: list[Quota] = []
    quarter, last = next_quarter(quarter_start(era.first_date)), quarter_start(to_date(era.end // DAY - 100))
    while quarter <= last:
        rows += _quotas_of(quarter, era, staff, sales)
        quarter = next_quarter(quarter)
    return rows


def _quotas_of(quarter: date, era: Era, staff: Staff, sales: list[Sale]) -> Iterator[Quota]:
    start = day_number(quarter) * DAY
    notice = start - NOTICE_DAYS * DAY + 10 * HOUR
    for index in sorted(index for slot in staff.slots for index in slot.people):
        person = staff.people[index]
        entered = max(notice, person.start + HOUR)
        if entered < start + LATEST_START_DAYS * DAY and person.works_at(entered):
            known = [sale for sale in sales if sale.at < entered]
            tenure = (start - person.start) / DAY + QUARTER_DAYS / 2
            ramp = next((share for days, share in RAMP if tenure < days), 1.0)
            trust = min(max(((entered - era.start) / DAY - PLAN_ONLY_DAYS) / PLAN_FADES_DAYS, 0.0), 1.0)
            grown = GROWTH_TARGET * _level(person, entered, known, staff) if trust else 0.0
            wanted = trust * grown + (1 - trust) * _planned(start, era, staff)
            amount = round(wanted * ramp / ROUND_TO) * ROUND_TO
            yield Quota(index, quarter, entered, float(max(amount, 10 * ROUND_TO)))


def _planned(start: int, era: Era, staff: Staff) -> float:
    """A full quota of the first year, before there are bookings to go by."""
    middle = (start - era.start) / DAY + QUARTER_DAYS / 2
    return float(np.interp(middle, PLAN_DAYS, PLAN)) * era.scale * SELLERS / len(staff.slots)


def _level(person: Person, at: int, known: list[Sale], staff: Staff) -> float:
    """What this seller may be expected to book in a quarter if nothing grows, as seen at an instant."""
    sellers = sum(staff.people[index].works_at(at) for slot in staff.slots for index in slot.people)
    recent = _per_quarter(known, at - LOOK_BACK_DAYS * DAY, at) / sellers
    days = min(OWN_LOOK_BACK_DAYS, (at - person.start) // DAY)
    if days < LOOK_BACK_DAYS:
        return recent
    since = at - days * DAY
    peers = _per_quarter(known, since, at) / sellers
    own = _per_quarter([sale for sale in known if sale.owner == person.index], since, at)
    ratio = min(own / peers, 2.0) if peers else 1.0
    return recent * (1 - OWN_SHARE + OWN_SHARE * ratio)


def _per_quarter(sales: list[Sale], since: int, until: int) -> float:
    return sum(sale.amount for sale in sales if sale.at >= since) * QUARTER_DAYS * DAY / (until - since)
