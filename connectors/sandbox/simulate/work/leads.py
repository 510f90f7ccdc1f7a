"""Leads: where some of the new business comes from, who gets them, when they are answered, and how they end.

Those of the web and of events wait in a queue first. Duplicates are merged within hours or stay. What is on
record of it: `lead_rows`.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import NEW_BUSINESS, PROCESSES
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.setting.volume import starting_instants
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.staff.habits import Habits
from connectors.sandbox.simulate.staff.people import Staff

UNCONVERTED = 850  # over three years at scale 1
CONVERTED_SHARE = 0.32  # of new business
LOOSE_SOURCES = {"Web": 0.5, "Referral": 0.04, "Partner": 0.07, "Outbound": 0.16, "Event": 0.23}
QUEUED = ("Web", "Event")
RESPONSE_HOURS = 5.0
IN_TIME, SLOW = 22 * HOUR, 26 * HOUR
NEVER_SHARE = 0.35  # of the unconverted leads that are not answered in time
GAP = 8 * DAY  # between touches while a lead is worked
LONGEST = 100 * DAY  # a lead that is worked ends within it


@dataclass(slots=True)
class Leads:
    """One row per lead, in order of creation; NONE is nothing.

    `assigned` is when `owner` got it, from the queue if `is_queued`; `heir` has it from `handed` on. `worked` is
    the first touch. It ended at `closed`, converted if `deal` is one; `has_deal` tells whether it names the deal.
    `original` is the lead that a duplicate doubles; at `merged` it was merged into that one.
    """

    created: Ints
    source: Ints
    owner: Ints
    is_queued: Any
    assigned: Ints
    worked: Ints
    closed: Ints
    deal: Ints
    has_deal: Any
    is_stale: Any
    original: Ints
    merged: Ints
    handed: Ints
    heir: Ints

    def __len__(self) -> int:
        return self.created.size

    @property
    def is_converted(self) -> Any:
        return self.deal != NONE

    @property
    def ids(self) -> Any:
        return make_ids("00Q", np.arange(1, len(self) + 1))

    def owner_at(self, leads: Ints, at: Ints) -> Ints:
        """Who owned each of `leads` at each instant; NONE is the queue."""
        handed = self.handed[leads]
        owner = np.where((handed != NONE) & (handed <= at), self.heir[leads], self.owner[leads])
        return np.where(self.is_queued[leads] & (at < self.assigned[leads]), NONE, owner)


@dataclass(slots=True)
class LeadTouches:
    """Occasions on which leads are worked: which lead, the instant, and who had it."""

    lead: Ints
    at: Ints
    owner: Ints


def live_leads(era: Era, staff: Staff, book: Book, rates: Rates, habits: Habits) -> Leads:
    """All leads of the era from their creation to their end."""
    stream = era.stream("leads")
    won_over = _converted(book, rates, stream)
    loose = _loose(era, rates, stream)
    both = _joined(won_over, loose)
    doubles = _doubles(both, rates, era, stream)
    leads = _joined(both, doubles)
    leads = _sorted(leads)
    _assign(leads, staff, book, stream)
    _answer(leads, rates, habits, stream)
    _hand_over(leads, staff, era, stream)
    return leads


def _blank(count: int, **known: Any) -> Leads:
    values: dict[str, Any] = {each.name: np.full(count, NONE, dtype=np.int64) for each in fields(Leads)}
    for flag in ("is_queued", "has_deal", "is_stale"):
        values[flag] = np.zeros(count, dtype=bool)
    return Leads(**{**values, **known})


def _joined(left: Leads, right: Leads) -> Leads:
    return Leads(**{e.name: np.concatenate([getattr(left, e.name), getattr(right, e.name)]) for e in fields(Leads)})


def _sorted(leads: Leads) -> Leads:
    order = np.argsort(leads.created, kind="stable")
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    made = Leads(**{each.name: getattr(leads, each.name)[order] for each in fields(Leads)})
    made.original = np.where(made.original == NONE, NONE, place[made.original])
    return made


def _converted(book: Book, rates: Rates, stream: np.random.Generator) -> Leads:
    deals = book.deals
    is_new = deals.process == PROCESSES.index(NEW_BUSINESS)
    candidates = np.flatnonzero(is_new & (deals.account != NONE) & ~deals.is_born_closed)
    chosen = candidates[stream.random(candidates.size) < CONVERTED_SHARE]
    closed = deals.created[chosen]
    return _blank(
        chosen.size,
        created=closed - (stream.uniform(0.3, 20, chosen.size) * DAY).astype(np.int64),
        source=np.where(deals.source[chosen] == NONE, 0, deals.source[chosen]),
        closed=closed,
        deal=chosen,
        has_deal=stream.random(chosen.size) >= rates["LEAD-03"],
    )


def _loose(era: Era, rates: Rates, stream: np.random.Generator) -> Leads:
    created = starting_instants(era, UNCONVERTED, "loose leads")
    count = created.size
    is_stale = stream.random(count) < rates["LEAD-02"]
    life = DAY + np.minimum(stream.exponential(25 * DAY, count), LONGEST - DAY).astype(np.int64)
    sources = stream.choice(len(SOURCES), size=count, p=[LOOSE_SOURCES[name] for name in SOURCES])
    return _blank(
        count, created=created, source=sources, closed=np.where(is_stale, NONE, created + life), is_stale=is_stale
    )


def _doubles(leads: Leads, rates: Rates, era: Era, stream: np.random.Generator) -> Leads:
    """Some come again, under the same address: half are merged by the next morning, before anyone works them."""
    original = np.flatnonzero(stream.random(len(leads)) < rates["LEAD-04"])
    created = leads.created[original] + stream.integers(HOUR, 40 * DAY, original.size)
    kept = created < era.end
    original, created = original[kept], created[kept]
    merged = np.where(
        stream.random(original.size) < 0.5, created + stream.integers(2 * HOUR, 20 * HOUR, original.size), NONE
    )
    return _blank(
        original.size,
        created=created,
        source=leads.source[original],
        closed=np.where(merged == NONE, created + stream.integers(2 * DAY, 30 * DAY, original.size), NONE),
        original=original,
        merged=merged,
    )


def _assign(leads: Leads, staff: Staff, book: Book, stream: np.random.Generator) -> None:
    """Who gets each lead and when; the deal's owner gets the one that becomes a deal."""
    count = len(leads)
    leads.is_queued = np.isin(leads.source, [SOURCES.index(name) for name in QUEUED])
    wait = np.minimum(stream.exponential(4 * HOUR, count), 30 * HOUR).astype(np.int64) + 120
    wait = np.where(leads.closed == NONE, wait, np.minimum(wait, (leads.closed - leads.created) // 5))
    wait = np.where(leads.merged == NONE, wait, np.minimum(wait, 3 * HOUR))
    leads.assigned = np.where(leads.is_queued, leads.created + wait, leads.created)
    owner = staff.holders(stream.integers(0, len(staff.slots), count), leads.assigned)
    whose = np.flatnonzero(leads.is_converted)
    owner[whose] = book.steps.owner[book.starts[leads.deal[whose]]]
    leads.owner = owner
    came = staff.starts[owner]
    late = leads.assigned < came  # a deal's owner who came after its lead got it on the first day
    leads.is_queued |= late
    leads.assigned = np.where(late, came + 60, leads.assigned)


def _answer(leads: Leads, rates: Rates, habits: Habits, stream: np.random.Generator) -> None:
    """When each lead is first touched. By rate not within a day, and some never."""
    count = len(leads)
    is_slow = stream.random(count) < rates["LEAD-01"]
    quick = np.minimum(300 + stream.exponential(RESPONSE_HOURS * HOUR, count), IN_TIME).astype(np.int64)
    slow = SLOW + stream.integers(0, 170 * HOUR, count)
    worked = leads.assigned + np.where(is_slow, slow, quick)
    room = np.where(leads.closed == NONE, np.iinfo(np.int64).max // 2, leads.closed - leads.assigned)
    worked = np.minimum(worked, leads.assigned + np.maximum(room * 3 // 5, 1))
    is_never = is_slow & ~leads.is_converted & (stream.random(count) < NEVER_SHARE)
    is_never |= leads.merged != NONE
    is_awake = ~habits.is_silent(leads.owner, worked) | leads.is_converted
    leads.worked = np.where(is_never, NONE, np.where(is_awake, worked, habits.awake(leads.owner, worked)))
    is_too_late = (leads.closed != NONE) & (leads.worked >= leads.closed)
    leads.worked = np.where(is_too_late, NONE, leads.worked)


def _hand_over(leads: Leads, staff: Staff, era: Era, stream: np.random.Generator) -> None:
    """Open leads of those who leave go to who has the place after them, within days."""
    left = staff.ends[leads.owner]
    ends = np.where(leads.merged != NONE, leads.merged, leads.closed)
    is_open = (left != NONE) & (left >= leads.assigned) & ((ends == NONE) | (left < ends))
    handed = left + stream.integers(DAY, 4 * DAY, len(leads))
    is_open &= ((ends == NONE) | (handed < ends)) & (handed < era.end) & (staff.slots_of[leads.owner] != NONE)
    slots = np.maximum(staff.slots_of[leads.owner], 0)
    leads.handed = np.where(is_open, handed, NONE)
    leads.heir = np.where(is_open, staff.holders(slots, handed), NONE)


def touch_leads(leads: Leads, staff: Staff, habits: Habits, era: Era) -> LeadTouches:
    """The first touch of each lead and those that follow while it is open, a week or so apart; stale ones get none.

    A first touch that its owner was no longer there for is none: it is taken out of `leads` too.
    """
    stream = era.stream("lead touches")
    worked = np.flatnonzero(leads.worked != NONE)
    ends = np.where(leads.closed[worked] == NONE, leads.worked[worked], leads.closed[worked])
    more = np.where(leads.is_stale[worked], 0, (ends - leads.worked[worked] - HOUR) // GAP)
    again = np.repeat(worked, np.maximum(more, 0))
    turn = np.arange(again.size) - np.repeat(np.cumsum(np.maximum(more, 0)) - np.maximum(more, 0), np.maximum(more, 0))
    later = leads.worked[again] + (turn + 1) * GAP - stream.integers(0, 3 * DAY, again.size)
    lead, at = np.concatenate([worked, again]), np.concatenate([leads.worked[worked], later])
    owner = leads.owner_at(lead, at)
    is_first = np.arange(lead.size) < worked.size
    kept = (owner != NONE) & (at < era.end) & staff.work_at(np.maximum(owner, 0), at)
    kept &= is_first | ~habits.is_silent(np.maximum(owner, 0), at)
    leads.worked[lead[is_first & ~kept]] = NONE
    return LeadTouches(lead[kept], at[kept], owner[kept])
