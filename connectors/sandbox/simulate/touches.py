"""What sellers do about deals and leads: contact roles, tasks and customer meetings, as records."""

from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.customers import Customers
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, Ints, all_in_office
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.opportunities import StepColumns, deletions, opportunity_ids
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.words import ROLES

TASKS_PER_DAY, MEETINGS_PER_DAY = 0.13, 0.03
MOST_PER_DEAL = 60


class Touches:
    """Occasions on which a deal is worked: parallel arrays of the deal, the instant, and who owned it."""

    def __init__(
        self, era: Era, staff: Staff, deals: list[Deal], columns: StepColumns, per_day: float, name: str
    ) -> None:
        stream = era.stream(name)
        created = np.array([deal.created for deal in deals])
        ended = np.array([_worked_until(deal, era) for deal in deals])
        zeal = np.array([1.15 if deal.is_following else 0.8 for deal in deals])
        expected = np.minimum((ended - created) / DAY * per_day * zeal, MOST_PER_DEAL)
        which = np.repeat(np.arange(len(deals)), stream.poisson(np.maximum(expected, 0)))
        at = created[which] + (stream.random(which.size) * (ended - created)[which]).astype(np.int64)
        at = np.maximum(all_in_office(at, stream), created[which] + 600)
        order = np.argsort(at, kind="stable")
        which, at = which[order], at[order]
        owner = owner_at(columns, which, at)
        left = np.array([era.end if p.end == NONE else p.end for p in staff.people])
        kept = (at < left[owner]) & (at < era.end)
        self.deal: Ints = which[kept]
        self.at: Ints = at[kept]
        self.owner: Ints = owner[kept]
        self.created: Ints = created[self.deal]

    def contacts(self, deals: list[Deal], customers: Customers, entered: Ints, stream: np.random.Generator) -> Ints:
        """A contact of the deal's account per occasion that is there when it is `entered`, NONE for some."""
        accounts = np.array([deal.account for deal in deals])[self.deal]
        known = np.maximum(accounts, 0)
        starts, ends = customers.contact_starts[known], customers.contact_starts[known + 1]
        chosen = starts + (stream.random(self.deal.size) * (ends - starts)).astype(np.int64)
        chosen = np.where(customers.contact_created[chosen] < entered, chosen, starts)
        is_known = (accounts != NONE) & (stream.random(self.deal.size) < 0.88)
        return np.where(is_known, chosen, NONE)


def owner_at(columns: StepColumns, deals: Ints, at: Ints) -> Ints:
    """Who owned each of `deals` at each instant of `at`."""
    shift = np.int64(1 << 34)
    keys = columns.deal * shift + columns.at
    position = np.searchsorted(keys, deals * shift + at, side="right") - 1
    return columns.owner[np.maximum(position, columns.first[np.searchsorted(columns.deal, deals)])]


def contact_role_table(era: Era, staff: Staff, deals: list[Deal], customers: Customers, columns: StepColumns) -> Any:
    """Contact roles, added while the deal lives; deals that follow the process have more, and a primary one."""
    dice = era.dice("contact roles")
    rows: list[tuple[int, int, int, bool]] = []
    for deal in deals:
        if deal.account == NONE or dice.random() < (0.03 if deal.is_following else 0.25):
            continue
        room = customers.contact_count(deal.account)
        count = min(room, dice.choice((1, 2, 2, 3, 4) if deal.is_following else (1, 1, 2)))
        first = int(customers.contact_starts[deal.account])
        made = customers.contact_created[first : first + room]
        has_primary = dice.random() < (0.95 if deal.is_following else 0.7)
        span = (deal.ended or era.end) - deal.created
        chosen = dice.sample(range(room), count)
        if made[chosen[0]] >= deal.created:  # the first role needs a contact who is there already
            chosen = [0, *(each for each in chosen if each)][:count]
        for position, contact in enumerate(chosen):
            added = deal.created + 90 + (int(dice.random() * min(span, 60 * DAY) * 0.8) if position else 0)
            added = max(added, int(made[contact]) + 60)
            if deal.deleted_at is None or added < deal.deleted_at:
                rows.append((deal.index, first + contact, added, has_primary and position == 0))
    rows.sort(key=lambda row: row[2])
    which = np.array([row[0] for row in rows])
    entered: Ints = np.array([row[2] for row in rows])
    gone = deletions(deals)[which]
    doomed = np.flatnonzero(gone != NONE)
    every = np.concatenate([np.arange(which.size), doomed])
    stamped = np.concatenate([entered, gone[doomed]])
    by = frames.pick(staff.ids, owner_at(columns, which, entered)[every])
    return frames.table(
        {
            "Id": make_ids("00K", np.arange(1, which.size + 1))[every],
            "OpportunityId": frames.pick(opportunity_ids(deals), which[every]),
            "ContactId": frames.pick(customers.contact_ids, np.array([row[1] for row in rows])[every]),
            "Role": frames.pick(ROLES, era.stream("roles").integers(0, len(ROLES), which.size)[every]),
            "IsPrimary": np.array([row[3] for row in rows])[every],
            "IsDeleted": np.arange(every.size) >= which.size,
            **frames.audit(entered[every], stamped, by, by),
        }
    )


def _worked_until(deal: Deal, era: Era) -> int:
    end = deal.ended or era.end
    if deal.quiet_from is not None:
        end = min(end, deal.quiet_from)
    return max(end, deal.created + HOUR)
