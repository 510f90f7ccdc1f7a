"""Contact roles: who has a part in a deal on the customer's side, added while the deal lives."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import ROLES
from connectors.sandbox.simulate.staff.people import Staff

COUNTS, STRAYING_COUNTS = (1, 2, 2, 3, 4), (1, 1, 2)
NONE_SHARE, STRAYING_NONE_SHARE = 0.03, 0.25
PRIMARY_SHARE, STRAYING_PRIMARY_SHARE = 0.95, 0.7


@dataclass(slots=True)
class ContactRoles:
    """Parallel arrays in order of `added`: the deal, the contact, the instant, and whether it is the primary one."""

    deal: Ints
    contact: Ints
    added: Ints
    is_primary: Any


def fill_roles(era: Era, book: Book, customers: Customers) -> ContactRoles:
    """Deals that follow the process have more roles, and mostly a primary one."""
    stream = era.stream("contact roles")
    deals, count = book.deals, len(book.deals)
    follows = deals.is_following
    has_any = (deals.account != NONE) & (stream.random(count) >= np.where(follows, NONE_SHARE, STRAYING_NONE_SHARE))
    account = np.maximum(deals.account, 0)
    first = customers.contact_starts[account]
    room = customers.contact_starts[account + 1] - first
    wanted = np.where(follows, stream.choice(COUNTS, count), stream.choice(STRAYING_COUNTS, count))
    number = np.where(has_any, np.minimum(wanted, room), 0)
    has_primary = stream.random(count) < np.where(follows, PRIMARY_SHARE, STRAYING_PRIMARY_SHARE)
    turn = (stream.random(count) * room).astype(np.int64)
    turn = np.where(customers.contact_created[first + turn] < deals.created, turn, 0)  # one who is there already
    which = np.repeat(np.arange(count), number)
    position = np.arange(which.size) - np.repeat(np.cumsum(number) - number, number)
    contact = first[which] + (turn[which] + position) % np.maximum(room[which], 1)
    span = np.minimum(np.where(deals.ended == NONE, era.end, deals.ended) - deals.created, 60 * DAY)[which]
    later = (stream.random(which.size) * span * 0.8).astype(np.int64)
    added = deals.created[which] + 90 + np.where(position > 0, later, 0)
    added = np.maximum(added, customers.contact_created[contact] + 60)
    gone = deals.deleted_at[which]
    kept = np.flatnonzero((added < era.end) & ((gone == NONE) | (added < gone)))
    order = kept[np.argsort(added[kept], kind="stable")]
    return ContactRoles(which[order], contact[order], added[order], (has_primary[which] & (position == 0))[order])


def contact_role_table(era: Era, staff: Staff, book: Book, customers: Customers, roles: ContactRoles) -> Any:
    """The OpportunityContactRole table; roles go into the recycle bin with their deal."""
    count = roles.deal.size
    gone = book.deals.deleted_at[roles.deal]
    doomed = np.flatnonzero(gone != NONE)
    every = np.concatenate([np.arange(count), doomed])
    stamped = np.concatenate([roles.added, gone[doomed]])
    by = frames.pick(staff.ids, book.owner_at(roles.deal, roles.added)[every])
    return frames.table(
        {
            "Id": frames.ids("00K", every + 1),
            "OpportunityId": frames.pick(book.ids, roles.deal[every]),
            "ContactId": frames.pick(customers.contact_ids, roles.contact[every]),
            "Role": frames.pick(ROLES, era.stream("roles").integers(0, len(ROLES), count)[every]),
            "IsPrimary": roles.is_primary[every],
            "IsDeleted": np.arange(every.size) >= count,
            **frames.audit(roles.added[every], stamped, by, by),
            "_until": frames.lasting(every, stamped),
        }
    )
