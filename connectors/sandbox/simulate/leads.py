"""Leads: where some of the new business comes from, worked, converted or given up."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.customers import Customers
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.names import COMPANY_STEMS, COMPANY_TAILS, FIRST_NAMES, LAST_NAMES
from connectors.sandbox.simulate.opportunities import deletions, opportunity_ids
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.pipeline import starting_instants
from connectors.sandbox.simulate.process import NEW_BUSINESS
from connectors.sandbox.simulate.words import CONTACT_TITLES, INDUSTRIES, SOURCES

UNCONVERTED = 850  # over three years at scale 1
CONVERTED_SHARE = 0.32  # of new business
STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")


@dataclass(slots=True)
class LeadTouches:
    """Occasions on which leads are worked: parallel arrays; `ids` are all leads' ids, `lead` indexes them."""

    lead: Ints
    at: Ints
    owner: Ints
    created: Ints
    ids: Any


@dataclass(slots=True)
class _Lives:
    created: Ints
    owner: Ints
    deal: Ints  # index of the deal it became, NONE for none
    worked: Ints
    closed: Ints

    @property
    def is_converted(self) -> Any:
        return self.deal != NONE


def lead_tables(era: Era, staff: Staff, deals: list[Deal], customers: Customers) -> tuple[Any, LeadTouches]:
    """The Lead table, and when the leads were called."""
    stream = era.stream("leads")
    lives = _live(era, staff, deals, stream)
    ids = make_ids("00Q", np.arange(1, lives.created.size + 1))
    return _lead_table(era, staff, deals, customers, lives, ids), _touch(lives, ids, stream)


def _live(era: Era, staff: Staff, deals: list[Deal], stream: np.random.Generator) -> _Lives:
    candidates = [d.index for d in deals if d.process is NEW_BUSINESS and d.account != NONE and not d.is_born_closed]
    chosen = np.array([each for each in candidates if stream.random() < CONVERTED_SHARE], dtype=np.int64)
    converted_at = np.array([deals[each].created for each in chosen], dtype=np.int64)
    before = (stream.uniform(0.2, 20, chosen.size) * DAY).astype(np.int64)
    loose = starting_instants(era, UNCONVERTED, "loose leads")
    created = np.concatenate([converted_at - before, loose])
    deal = np.concatenate([chosen, np.full(loose.size, NONE)])
    closed = np.concatenate([converted_at, loose + (stream.exponential(25, loose.size) * DAY + DAY).astype(np.int64)])
    closed[deal == NONE] = np.where(stream.random(loose.size) < 0.85, closed[deal == NONE], NONE)
    wait = np.where(
        stream.random(created.size) < 0.8,
        stream.exponential(7, created.size),
        stream.uniform(26, 200, created.size),
    )
    worked = created + (wait * HOUR).astype(np.int64) + 300
    worked = np.where(closed != NONE, np.minimum(worked, (created + closed) // 2), worked)
    worked = np.where((deal == NONE) & (stream.random(created.size) < 0.08), NONE, worked)
    order = np.argsort(created, kind="stable")
    slots = stream.integers(0, len(staff.slots), created.size)
    owner = np.array([staff.holder(int(slot), int(at)) for slot, at in zip(slots, created, strict=True)])
    is_deal = deal != NONE
    owner[is_deal] = [deals[each].steps[0].owner for each in deal[is_deal]]
    return _Lives(created[order], owner[order], deal[order], worked[order], closed[order])


def _touch(lives: _Lives, ids: Any, stream: np.random.Generator) -> LeadTouches:
    worked = np.flatnonzero(lives.worked != NONE)
    again = worked[stream.random(worked.size) < 0.5]
    lead = np.concatenate([worked, again])
    at = np.concatenate([lives.worked[worked], lives.worked[again] + stream.integers(DAY, 6 * DAY, again.size)])
    return LeadTouches(lead, at, lives.owner[lead], lives.created[lead], ids)


def _lead_table(era: Era, staff: Staff, deals: list[Deal], customers: Customers, lives: _Lives, ids: Any) -> Any:
    stream = era.stream("lead records")
    count = lives.created.size
    which, stamped, status, is_cleared = _versions(lives, deletions(deals), era)
    first = stream.integers(0, len(FIRST_NAMES), count)
    last = stream.integers(0, len(LAST_NAMES), count)
    people = [(FIRST_NAMES[f], LAST_NAMES[n]) for f, n in zip(first, last, strict=True)]
    numbers = np.where(stream.random(count) < 0.02, np.maximum(np.arange(count) - 1, 0), np.arange(count))
    companies = [
        f"{COMPANY_STEMS[stem]} {COMPANY_TAILS[tail]}"
        for stem, tail in zip(
            stream.integers(0, len(COMPANY_STEMS), count),
            stream.integers(0, len(COMPANY_TAILS), count),
            strict=True,
        )
    ]
    saved = np.where(is_cleared, lives.closed[which], stamped)  # no one saves a lead whose reference is cleared
    is_done = status == STATUSES.index("Closed - Converted")
    deal = np.where(is_done, lives.deal[which], NONE)
    has_deal = (stream.random(count) < 0.96)[which] & ~is_cleared
    accounts = np.array([d.account for d in deals])
    account = np.where(is_done, accounts[np.maximum(deal, 0)], NONE)
    contact = np.where(is_done, customers.contact_starts[np.maximum(account, 0)], NONE)
    owner = frames.pick(staff.ids, lives.owner[which])
    return frames.table(
        {
            "Id": ids[which],
            "FirstName": frames.pick([f for f, _ in people], which),
            "LastName": frames.pick([n for _, n in people], which),
            "Name": frames.pick([f"{f} {n}" for f, n in people], which),
            "Company": frames.pick(companies, which),
            "Title": frames.pick(CONTACT_TITLES, stream.integers(0, len(CONTACT_TITLES), count)[which]),
            "Email": frames.pick([f"lead{number}@example.org" for number in numbers], which),
            "LeadSource": frames.pick(SOURCES, stream.choice(5, size=count, p=(0.4, 0.1, 0.1, 0.15, 0.25))[which]),
            "Status": frames.pick(STATUSES, status),
            "Industry": frames.pick(INDUSTRIES, stream.integers(0, len(INDUSTRIES), count)[which]),
            "Rating": frames.pick(("Hot", "Warm", "Cold"), stream.integers(0, 3, count)[which]),
            "OwnerId": owner,
            "IsConverted": is_done,
            "ConvertedDate": frames.days(np.where(is_done, saved // DAY, NONE)),
            "ConvertedAccountId": frames.pick(customers.ids, account),
            "ConvertedContactId": frames.pick(customers.contact_ids, contact),
            "ConvertedOpportunityId": frames.pick(opportunity_ids(deals), np.where(has_deal, deal, NONE)),
            "IsUnreadByOwner": status == 0,
            "IsDeleted": False,
            **frames.audit(lives.created[which], stamped, owner, owner),
            "LastModifiedDate": frames.instants(saved),
        }
    )


def _versions(lives: _Lives, deal_gone: Ints, era: Era) -> tuple[Ints, Ints, Ints, Any]:
    """Per version: which lead, its stamp, its status, and whether the deal it became has been deleted."""
    every = np.arange(lives.created.size)
    worked = np.flatnonzero(lives.worked != NONE)
    closed = np.flatnonzero(lives.closed != NONE)
    gone = np.where(lives.is_converted, deal_gone[lives.deal], NONE)
    orphaned = np.flatnonzero(gone != NONE)
    which = np.concatenate([every, worked, closed, orphaned])
    stamped = np.concatenate([lives.created, lives.worked[worked], lives.closed[closed], gone[orphaned]])
    ends = np.where(lives.is_converted[closed], 2, 3)
    status = np.repeat([0, 1, 0, 2], [every.size, worked.size, closed.size, orphaned.size])
    status[every.size + worked.size : which.size - orphaned.size] = ends
    is_cleared = np.arange(which.size) >= which.size - orphaned.size
    kept = stamped < era.end
    return which[kept], stamped[kept], status[kept], is_cleared[kept]
