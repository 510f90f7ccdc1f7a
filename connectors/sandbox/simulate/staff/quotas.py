"""Quotas: one per seller and quarter, from what is known when they are entered and from nothing later.

A quota is the level of recent bookings (the company's per seller, tilted towards the seller's own), times the
growth that is asked for, less for newcomers. Where there are no bookings to go by yet, there is a plan. Some
are changed in mid-quarter. As records: `quota_table`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book, Floats
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, day_number, to_date
from connectors.sandbox.simulate.setting.fiscal import next_quarter, quarter_start
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.setup_rows import quarter_ids
from connectors.sandbox.simulate.staff.people import ADMIN, SELLER, SELLERS, Staff

NOTICE_DAYS = 14  # quotas are entered this long before their quarter, a newcomer's on the first day
LATEST_START_DAYS = 45  # who comes later in a quarter has no quota for it
QUARTER_DAYS = 91.25
LOOK_BACK_DAYS, OWN_LOOK_BACK_DAYS = 182, 365
OWN_SHARE = 0.35
GROWTH_TARGET = 1.3  # over the level of the recent past
RAMP_DAYS, RAMP_SHARES = (90, 180), (0.4, 0.75, 1.0)  # days here at the middle of the quarter → share of a full quota
PLAN_ONLY_DAYS, PLAN_FADES_DAYS = 200, 200
PLAN_DAYS, PLAN = (0, 60, 150, 240, 330), (8_000, 22_000, 75_000, 105_000, 120_000)  # per seller and quarter
ROUND_TO = 1_000
CHANGED_SHARE = 0.08  # of the quotas, once within their quarter
CHANGE_DAYS = (20, 60)  # of the quarter
CHANGES = (0.8, 0.9, 1.1, 1.15)


@dataclass(slots=True)
class Sales:
    """Won deals by parallel arrays: when each was saved as won, by whose owner, and for how much."""

    at: Ints
    owner: Ints
    amount: Floats

    def before(self, at: int) -> "Sales":
        known = self.at < at
        return Sales(self.at[known], self.owner[known], self.amount[known])


@dataclass(slots=True)
class Quotas:
    """Parallel arrays: who, for the quarter that begins on which day number, known from when, and how much.

    `changed` is when it became `revised`, NONE for most.
    """

    person: Ints
    quarter: Ints
    entered: Ints
    amount: Floats
    changed: Ints
    revised: Floats

    def __len__(self) -> int:
        return self.person.size

    def amounts_at(self, at: int) -> Floats:
        """What each is at an instant; NaN for those not yet entered."""
        amount = np.where((self.changed != NONE) & (self.changed <= at), self.revised, self.amount)
        return np.where(self.entered <= at, amount, np.nan)


def sales_of(book: Book) -> Sales:
    steps = book.steps
    rows = np.flatnonzero(steps.is_won & ~steps.is_deleted)
    return Sales(steps.at[rows], steps.owner[rows], np.nan_to_num(steps.amount[rows]))


def quotas(era: Era, staff: Staff, sales: Sales) -> Quotas:
    """All quotas of the era's full quarters. One that is entered at T depends on no sale and no leaving after T."""
    parts = [_quotas_of(day_number(quarter), era, staff, sales) for quarter in _quarters(era)]
    person, quarter, entered, amount = (np.concatenate(column) for column in zip(*parts, strict=True))
    stream = era.stream("quota changes")
    table = (len(staff.people), int(quarter.max() - quarter.min()) // 80 + 2)
    place = (person, (quarter - quarter.min()) // 80)
    is_changed = (stream.random(table) < CHANGED_SHARE)[place]
    changed = quarter * DAY + stream.integers(CHANGE_DAYS[0], CHANGE_DAYS[1], table)[place] * DAY + 11 * HOUR
    ends = staff.ends[person]
    is_changed &= (changed > entered) & ((ends == NONE) | (changed < ends))
    factor = np.array(CHANGES)[stream.integers(0, len(CHANGES), table)[place]]
    revised = np.maximum(np.round(amount * factor / ROUND_TO) * ROUND_TO, ROUND_TO)
    is_changed &= revised != amount
    return Quotas(person, quarter, entered, amount, np.where(is_changed, changed, NONE), revised)


def _quarters(era: Era) -> list[date]:
    quarter = next_quarter(quarter_start(era.first_date, era.fiscal_month))
    last = quarter_start(to_date(era.end // DAY - 100), era.fiscal_month)
    found = []
    while quarter <= last:
        found.append(quarter)
        quarter = next_quarter(quarter)
    return found


def _quotas_of(quarter: int, era: Era, staff: Staff, sales: Sales) -> tuple[Ints, Ints, Ints, Floats]:
    """Person, quarter, instant of entry and amount of all quotas of the quarter that begins on a day number."""
    start = quarter * DAY
    notice = start - NOTICE_DAYS * DAY + 10 * HOUR
    sellers = np.flatnonzero(staff.levels == SELLER)
    entered = np.maximum(notice, staff.starts[sellers] + HOUR)
    kept = (entered < start + LATEST_START_DAYS * DAY) & staff.work_at(sellers, entered)
    sellers, entered = sellers[kept], entered[kept]
    tenure = (start - staff.starts[sellers]) / DAY + QUARTER_DAYS / 2
    ramp = np.array(RAMP_SHARES)[np.searchsorted(RAMP_DAYS, tenure, side="right")]
    amount = np.empty(sellers.size)
    for moment in np.unique(entered):
        trust = min(max(((moment - era.start) / DAY - PLAN_ONLY_DAYS) / PLAN_FADES_DAYS, 0.0), 1.0)
        these = entered == moment
        known = sales.before(int(moment))
        grown = GROWTH_TARGET * _levels(sellers[these], int(moment), known, staff) if trust else 0.0
        amount[these] = trust * grown + (1 - trust) * _planned(start, era, staff)
    rounded = np.maximum(np.round(amount * ramp / ROUND_TO) * ROUND_TO, 10.0 * ROUND_TO)
    return sellers, np.full(sellers.size, quarter), entered, rounded


def _planned(start: int, era: Era, staff: Staff) -> float:
    """A full quota of the first year, before there are bookings to go by."""
    middle = (start - era.start) / DAY + QUARTER_DAYS / 2
    return float(np.interp(middle, PLAN_DAYS, PLAN)) * era.scale * SELLERS / len(staff.slots)


def _levels(people: Ints, at: int, known: Sales, staff: Staff) -> Floats:
    """What each seller may be expected to book in a quarter if nothing grows, as seen at an instant."""
    every = np.flatnonzero(staff.levels == SELLER)
    sellers = int(staff.work_at(every, np.full(every.size, at)).sum())
    recent = _per_quarter(known.amount[known.at >= at - LOOK_BACK_DAYS * DAY].sum(), LOOK_BACK_DAYS) / sellers
    days = np.minimum(OWN_LOOK_BACK_DAYS, (at - staff.starts[people]) // DAY)
    levels = np.full(people.size, recent)
    for span in np.unique(days[days >= LOOK_BACK_DAYS]):
        late = known.at >= at - span * DAY
        own = np.bincount(known.owner[late], known.amount[late], len(staff.people))
        peers = own.sum() / sellers
        ratio = np.minimum(own[people] / peers, 2.0) if peers else np.ones(people.size)
        tilted = recent * (1 - OWN_SHARE + OWN_SHARE * ratio)
        levels = np.where(days == span, tilted, levels)
    return levels


def _per_quarter(amount: Any, days: int) -> float:
    return float(amount) * QUARTER_DAYS / days


def quota_table(era: Era, staff: Staff, rows: Quotas) -> Any:
    """ForecastingQuota with a second version of those that were changed."""
    changed = np.flatnonzero(rows.changed != NONE)
    which = np.concatenate([np.arange(len(rows)), changed])
    is_second = np.arange(which.size) >= len(rows)
    stamped = np.where(is_second, rows.changed[which], rows.entered[which])
    periods = quarter_ids(era)
    days, place = np.unique(rows.quarter, return_inverse=True)
    admin = frames.constant(str(staff.ids[ADMIN]), which.size)
    return frames.table(
        {
            "Id": frames.ids("0J9", which + 1),
            "QuotaOwnerId": frames.pick(staff.ids, rows.person[which]),
            "PeriodId": frames.pick([periods.get(to_date(int(day))) for day in days], place[which]),
            "StartDate": frames.days(rows.quarter[which]),
            "QuotaAmount": np.where(is_second, rows.revised[which], rows.amount[which]),
            "IsAmount": True,
            "IsQuantity": False,
            **frames.audit(rows.entered[which], stamped, admin, admin),
        }
    )
