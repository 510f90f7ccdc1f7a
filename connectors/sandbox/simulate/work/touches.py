"""Occasions on which sellers work their deals: when, and who. What becomes of them: `tasks` and `meetings`."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, all_in_office
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.staff.habits import Habits
from connectors.sandbox.simulate.staff.people import SHIFT, Staff

TASKS_PER_DAY, MEETINGS_PER_DAY = 0.13, 0.03
MOST_PER_DEAL = 60
KNOWN_CONTACT = 0.88


@dataclass
class Touches:
    """Parallel arrays, in order of the deals: which deal, the instant, and who owned it then."""

    deal: Ints
    at: Ints
    owner: Ints

    @cached_property
    def _by_owner(self) -> tuple[Ints, Ints]:
        """The order by owner and instant, and the keys in it."""
        keys = self.owner * SHIFT + self.at
        order = order_by(self.owner, self.at)
        return order, keys[order]

    def nearest(self, people: Ints, at: Ints) -> Ints:
        """Per person and instant a touch of that person's at or after it, else the last before it; NONE if none."""
        order, ordered = self._by_owner
        if not ordered.size:
            return np.full(people.size, NONE)
        after = np.searchsorted(ordered, people * SHIFT + at)
        found = np.minimum(after, ordered.size - 1)
        found = np.where(self.owner[order[found]] == people, found, np.maximum(after - 1, 0))
        return np.where(self.owner[order[found]] == people, order[found], NONE)


def touch(era: Era, staff: Staff, book: Book, habits: Habits, per_day: float, name: str) -> Touches:
    """Occasions from a deal's creation until it ends or goes quiet; more for deals that follow the process."""
    stream = era.stream(name)
    deals = book.deals
    created, last = deals.created, _worked_until(book, era)
    zeal = np.where(deals.is_following, 1.15, 0.8) * staff.zeals[deals.slot]
    expected = np.minimum((last - created) / DAY * per_day * zeal, MOST_PER_DEAL)
    which = np.repeat(np.arange(len(deals)), stream.poisson(np.maximum(expected, 0)))
    at = created[which] + (stream.random(which.size) * (last - created)[which]).astype(np.int64)
    at = np.maximum(all_in_office(at, stream), created[which] + 600)
    owner = book.owner_at(which, at)
    left = staff.ends[owner]
    gone = deals.deleted_at[which]
    kept = (at < era.end) & ((left == NONE) | (at < left)) & ((gone == NONE) | (at < gone))
    kept &= ~habits.is_silent(owner, at)
    return Touches(which[kept], at[kept], owner[kept])


def meet_contacts(book: Book, customers: Customers, deals: Ints, entered: Ints, stream: np.random.Generator) -> Ints:
    """A contact of each deal's account that is there when it is `entered`; NONE for some, and where no deal is."""
    accounts = np.where(deals == NONE, NONE, book.deals.account[deals])
    known = np.maximum(accounts, 0)
    starts, ends = customers.contact_starts[known], customers.contact_starts[known + 1]
    chosen = starts + (stream.random(deals.size) * (ends - starts)).astype(np.int64)
    chosen = np.where(customers.contact_created[chosen] < entered, chosen, starts)
    return np.where((accounts != NONE) & (stream.random(deals.size) < KNOWN_CONTACT), chosen, NONE)


def _worked_until(book: Book, era: Era) -> Ints:
    deals = book.deals
    end = np.where(deals.ended == NONE, era.end, deals.ended)
    end = np.where(deals.quiet_from == NONE, end, np.minimum(end, deals.quiet_from))
    return np.maximum(end, deals.created + HOUR)
