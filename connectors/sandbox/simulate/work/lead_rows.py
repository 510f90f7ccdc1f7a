"""Leads as records: a version for each change of owner, status and reference, and the queue they wait in."""

from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.ids import make_id
from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.names import COMPANY_STEMS, COMPANY_TAILS, FIRST_NAMES, LAST_NAMES
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.setting.words import CONTACT_TITLES, INDUSTRIES, SOURCES
from connectors.sandbox.simulate.staff.people import ADMIN, Staff
from connectors.sandbox.simulate.work.leads import Leads

STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
OPEN, WORKING, CONVERTED, UNCONVERTED = range(4)
QUEUE_ID = make_id("00G", 1)
COMPANIES = [f"{stem} {tail}" for stem in COMPANY_STEMS for tail in COMPANY_TAILS]


def lead_table(era: Era, staff: Staff, book: Book, customers: Customers, leads: Leads) -> Any:
    """The Lead table with all versions."""
    which, stamped = _versions(leads, book, era)
    is_cleared = _is_after(orphaned(leads, book)[which], stamped)
    saved = np.where(is_cleared, leads.closed[which], stamped)  # no one saves a lead whose reference is cleared
    is_ended = _is_after(leads.closed[which], stamped)
    is_done = is_ended & leads.is_converted[which]
    is_merged = _is_after(leads.merged[which], stamped)
    status = np.where(_is_after(leads.worked[which], stamped), WORKING, OPEN)
    status = np.where(is_done, CONVERTED, np.where(is_ended, UNCONVERTED, status))
    deal = np.where(is_done, leads.deal[which], NONE)
    account = np.where(is_done, book.deals.account[deal], NONE)
    contact = np.where(is_done, customers.contact_starts[np.maximum(account, 0)], NONE)
    people = pa.concat_arrays([pa.array(staff.ids, pa.string()), pa.array([QUEUE_ID])])
    owner = leads.owner_at(which, stamped)
    owners = frames.pick(people, np.where(owner == NONE, len(staff.ids), owner))
    by = frames.pick(staff.ids, np.where(owner == NONE, ADMIN, owner))
    made_by = np.where(leads.is_queued, ADMIN, leads.owner)
    return frames.table(
        {
            "Id": frames.ids("00Q", which + 1),
            "MasterRecordId": frames.pick(leads.ids, np.where(is_merged, leads.original[which], NONE)),
            **_who(era, leads, which),
            "LeadSource": frames.pick(SOURCES, leads.source[which]),
            "Status": frames.pick(STATUSES, status),
            "OwnerId": owners,
            "Assigned_At__c": frames.instants(np.where(owner == NONE, NONE, leads.assigned[which])),
            "IsConverted": is_done,
            "ConvertedDate": frames.days(np.where(is_done, saved // DAY, NONE)),
            "ConvertedAccountId": frames.pick(customers.ids, account),
            "ConvertedContactId": frames.pick(customers.contact_ids, contact),
            "ConvertedOpportunityId": frames.pick(book.ids, np.where(leads.has_deal[which] & ~is_cleared, deal, NONE)),
            "IsUnreadByOwner": status == OPEN,
            "IsDeleted": is_merged,
            **frames.audit(leads.created[which], stamped, frames.pick(staff.ids, made_by[which]), by),
            "LastModifiedDate": frames.instants(saved),
            "_until": frames.lasting(which, stamped),
        }
    )


def _who(era: Era, leads: Leads, which: Ints) -> dict[str, Any]:
    """Whom the lead is: a duplicate has the names and the address of the lead that it doubles."""
    stream, count = era.stream("lead records"), len(leads)
    whose = np.where(leads.original == NONE, np.arange(count), leads.original)
    first = stream.integers(0, len(FIRST_NAMES), count)[whose][which]
    last = stream.integers(0, len(LAST_NAMES), count)[whose][which]
    given, family = frames.pick(FIRST_NAMES, first), frames.pick(LAST_NAMES, last)
    numbers = pa.array(whose[which] + 1).cast(pa.string())
    return {
        "FirstName": given,
        "LastName": family,
        "Name": frames.pick([f"{f} {n}" for f in FIRST_NAMES for n in LAST_NAMES], first * len(LAST_NAMES) + last),
        "Company": frames.pick(COMPANIES, stream.integers(0, len(COMPANIES), count)[whose][which]),
        "Title": frames.pick(CONTACT_TITLES, stream.integers(0, len(CONTACT_TITLES), count)[which]),
        "Email": pa.compute.binary_join_element_wise("lead", numbers, "@example.org", ""),
        "Industry": frames.pick(INDUSTRIES, stream.integers(0, len(INDUSTRIES), count)[whose][which]),
        "Rating": frames.pick(("Hot", "Warm", "Cold"), stream.integers(0, 3, count)[which]),
    }


def orphaned(leads: Leads, book: Book) -> Ints:
    """When the deal that each lead names was deleted, and the reference cleared; NONE for never."""
    return np.where(leads.is_converted & leads.has_deal, book.deals.deleted_at[leads.deal], NONE)


def _is_after(instants: Ints, stamped: Ints) -> Any:
    """Whether something with an instant (NONE: never) has happened at each stamp."""
    return (instants != NONE) & (instants <= stamped)


def _versions(leads: Leads, book: Book, era: Era) -> tuple[Ints, Ints]:
    """(lead, stamp) of every version: made, assigned, worked, handed over, ended, merged, its deal deleted."""
    gone = orphaned(leads, book)
    assigned = np.where(leads.is_queued & (leads.assigned > leads.created), leads.assigned, NONE)
    marks = (assigned, leads.worked, leads.handed, leads.closed, leads.merged, gone)
    found = [np.flatnonzero(mark != NONE) for mark in marks]
    which = np.concatenate([np.arange(len(leads)), *found])
    stamped = np.concatenate([leads.created, *(mark[rows] for mark, rows in zip(marks, found, strict=True))])
    order = order_by(which, stamped)
    which, stamped = which[order], stamped[order]
    is_twice = np.append((which[1:] == which[:-1]) & (stamped[1:] == stamped[:-1]), False)
    kept = (stamped < era.end) & ~is_twice
    return which[kept], stamped[kept]


def queue_table(era: Era, staff: Staff) -> Any:
    """The Group table: the queue that leads of the web and of events wait in."""
    stamped = np.array([era.start - 400 * DAY])
    admin = frames.pick(staff.ids, [ADMIN])
    return frames.table(
        {
            "Id": [QUEUE_ID],
            "Name": ["Inbound Leads"],
            "DeveloperName": ["Inbound_Leads"],
            "Type": ["Queue"],
            **frames.audit(stamped, stamped, admin, admin),
        }
    )
