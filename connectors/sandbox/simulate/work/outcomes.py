"""What reviews lead to: actions as tasks of those who attended, and the Commit deals that were inspected."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import Currencies
from connectors.sandbox.simulate.setting.process import CATEGORIES
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.staff.habits import Habits
from connectors.sandbox.simulate.staff.people import CHIEF, SELLER, Staff
from connectors.sandbox.simulate.work.cadence import Weeks
from connectors.sandbox.simulate.work.meetings import REVIEW, Events
from connectors.sandbox.simulate.work.tasks import (
    ACTION_SUBJECTS,
    FIRST_ACTION,
    REVIEW_ACTION,
    Tasks,
    blank_tasks,
    told,
)
from connectors.sandbox.simulate.work.touches import Touches

ACTION_SHARE, MANAGER_ACTION_SHARE = 0.33, 1.0  # of the sellers and the managers who attend a review
TRIES = 4
DRAWN = 8  # sellers for each manager, of whose deals the actions are
INSPECTED_SHARE, LAX_SHARE = 1.0, 0.45  # of the Commit deals, in a usual week and in a lax one
SEEN_AT = 8 * HOUR  # on Monday: the Commit deals as they stand then are judged


@dataclass(slots=True)
class Inspections:
    """The Commit deals of each manager's direct reports on each Monday morning, and whether the review took them up.

    Parallel arrays: the Monday (an instant), the manager, the deal, its amount in corporate currency, and the flag.
    """

    monday: Ints
    manager: Ints
    deal: Ints
    amount: Any
    is_inspected: Any


def review_actions(
    era: Era, staff: Staff, book: Book, events: Events, calls: Touches, habits: Habits, rates: Rates
) -> Tasks:
    """Some of those who attend a pipeline review leave it with an action on a deal, theirs or their people's.

    It is due, and usually done, on a day of the week to come.
    """
    stream = era.stream("review actions")
    chosen = np.flatnonzero(events.is_child & (events.kind == REVIEW))
    share = np.where(staff.levels[events.owner[chosen]] == SELLER, ACTION_SHARE, MANAGER_ACTION_SHARE)
    chosen = chosen[stream.random(chosen.size) < share]
    owner, start = events.owner[chosen], events.start[chosen]
    entered = start + HOUR + stream.integers(300, 2 * HOUR, chosen.size)
    deal = np.full(chosen.size, NONE)
    sellers = _sellers_below(staff, stream)
    for turn in range(TRIES):  # a deal that is open, and a seller's of the team
        seller = sellers[owner, stream.integers(0, DRAWN, chosen.size)]
        drawn = calls.nearest(seller, start - turn * 5 * DAY)
        deal = np.where((deal == NONE) & _is_at_hand(book, calls, drawn, seller, entered), calls.deal[drawn], deal)
    kept = deal != NONE
    chosen, owner, entered, deal = chosen[kept], owner[kept], entered[kept], deal[kept]
    count = chosen.size
    due = (start[kept] // DAY + stream.integers(1, 5, count)) * DAY + 17 * HOUR
    made = blank_tasks(count, at=due, due=due.copy(), entered=entered, owner=owner, deal=deal)
    made.creator = events.creator[chosen]
    in_time = habits.awake(owner, due - stream.integers(0, 8 * HOUR, count))
    late = due + stream.integers(9 * DAY, 36 * DAY, count)
    is_late = stream.random(count) < rates["MGR-11"]
    made.completed = np.where(is_late, np.where(stream.random(count) < 0.4, NONE, late), in_time)
    made.kind[:] = REVIEW_ACTION
    made.subject = FIRST_ACTION + stream.integers(0, len(ACTION_SUBJECTS), count)
    return told(made, staff, book.deals.deleted_at[deal])


def _is_at_hand(book: Book, calls: Touches, drawn: Ints, seller: Ints, at: Ints) -> Any:
    """Whether the deal of each drawn touch (NONE: none) is open at the instant, and the seller's."""
    deal = np.where(drawn == NONE, 0, calls.deal[drawn])
    ended = book.deals.ended[deal]
    is_open = (book.deals.created[deal] < at) & ((ended == NONE) | (ended > at))
    return (drawn != NONE) & is_open & (book.owner_at(deal, at) == seller)


def _sellers_below(staff: Staff, stream: np.random.Generator) -> Ints:
    """By person some sellers under that person, drawn with replacement; sellers have themselves only."""
    table = np.tile(np.arange(len(staff.people))[:, None], (1, DRAWN))
    sellers = np.flatnonzero(staff.levels == SELLER)
    managers = np.array([person.manager for person in staff.people])
    above = sellers
    for _ in range(CHIEF):
        above = np.where(above == NONE, NONE, managers[above])
        for manager in np.unique(above[above != NONE]):
            table[manager] = stream.choice(sellers[above == manager], DRAWN)
    return table


def inspect(
    era: Era, staff: Staff, book: Book, weeks: Weeks, events: Events, rates: Rates, currencies: Currencies
) -> Inspections:
    """Which Commit deals the reviews take up: all, in lax weeks about half, without a review none."""
    stream = era.stream("inspections")
    steps = book.steps
    is_commit = (steps.category == CATEGORIES.index("Forecast")) & ~steps.is_closed & ~steps.is_deleted
    rows = np.flatnonzero(is_commit)
    seen = weeks.mondays + SEEN_AT
    first = np.searchsorted(seen, steps.at[rows])
    last = np.searchsorted(seen, np.where(steps.until[rows] == NONE, era.end, steps.until[rows]))
    span = last - first
    which = np.repeat(rows, span)
    week = np.arange(which.size) - np.repeat(np.cumsum(span) - span, span) + np.repeat(first, span)
    owner = steps.owner[which]
    manager = np.where(staff.work_at(owner, seen[week]), staff.managers_at(owner, seen[week]), NONE)
    kept = manager != NONE
    which, week, manager = which[kept], week[kept], manager[kept]
    shape = (weeks.managers.size, weeks.mondays.size)
    share = np.where(stream.random(shape) < rates["MGR-08"], LAX_SHARE, INSPECTED_SHARE)
    share = np.where(_attended(weeks, events), share, 0.0)
    is_inspected = stream.random(which.size) < share[weeks.place[manager], week]
    told = np.nan_to_num(steps.amount[which])
    amount = currencies.in_corporate(told, steps.deal[which], steps.close[which], seen[week])
    return Inspections(weeks.mondays[week], manager, steps.deal[which], amount, is_inspected)


def _attended(weeks: Weeks, events: Events) -> Any:
    """By manager and week, whether a pipeline review took place to which someone came."""
    children = np.flatnonzero(events.is_child & (events.kind == REVIEW))
    parents = np.unique(events.parent[children])
    flags = np.zeros((weeks.managers.size, weeks.mondays.size), dtype=bool)
    flags[weeks.place[events.owner[parents]], (events.start[parents] - weeks.mondays[0]) // (7 * DAY)] = True
    return flags


def write_down(book: Book, events: Events, inspections: Inspections, weeks: Weeks) -> Any:
    """Note in each review which deals were inspected: sets `note` and `noted` of `events`, gives the texts."""
    reviews = np.flatnonzero(~events.is_child & (events.kind == REVIEW))
    table = np.full((weeks.managers.size, weeks.mondays.size), NONE)
    week = (events.start[reviews] - weeks.mondays[0]) // (7 * DAY)
    table[weeks.place[events.owner[reviews]], week] = reviews
    taken = np.flatnonzero(inspections.is_inspected)
    when = (inspections.monday[taken] - weeks.mondays[0]) // (7 * DAY)
    review = table[weeks.place[inspections.manager[taken]], when]
    order = np.argsort(review, kind="stable")
    noted, starts = np.unique(review[order], return_index=True)
    ids = frames.ids("006", book.numbers).take(pa.array(inspections.deal[taken][order]))
    offsets = pa.array(np.append(starts, order.size).astype(np.int32))
    texts = pc.binary_join(pa.ListArray.from_arrays(offsets, ids), ", ")
    events.note[noted] = np.arange(noted.size)
    events.noted[noted] = events.start[noted] + events.minutes[noted] * 60 + 900
    return pc.binary_join_element_wise("Inspected: ", texts, "")
