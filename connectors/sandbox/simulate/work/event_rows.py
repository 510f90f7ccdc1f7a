"""Events as records: a version when entered, moved and cancelled, in batches that fit into memory."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.work.meetings import SUBJECTS, TYPES, Events

BATCH = 250_000  # events
PLACES = ("Video call", "On site", "Office")


def event_batches(
    era: Era, staff: Staff, book: Book, customers: Customers, events: Events, notes: Any
) -> Iterator[Any]:
    """The Event table with all versions, as Arrow tables; `notes` are the descriptions that they number."""
    deals, people = frames.ids("006", book.numbers), pa.array(staff.ids)
    contacts, accounts = frames.whole(customers.contact_ids), frames.whole(customers.ids)
    for first in range(0, max(len(events), 1), BATCH):
        which, stamped = _versions(events, first, min(first + BATCH, len(events)), era)
        linked = ~events.is_unlinked[which]
        deal = np.where(linked, events.deal[which], NONE)
        creators = frames.pick(people, events.creator[which])
        yield frames.table(
            {
                "Id": frames.ids("00U", which + 1),
                "WhoId": frames.pick(contacts, np.where(linked, events.contact[which], NONE)),
                "WhatId": frames.pick(deals, deal),
                "AccountId": frames.pick(accounts, np.where(deal == NONE, NONE, book.deals.account[deal])),
                "Description": frames.pick(
                    notes, np.where(_is_noted(events, which, stamped), events.note[which], NONE)
                ),
                "OwnerId": frames.pick(people, events.owner[which]),
                "RecurrenceActivityId": series_ids("00U", events.series[which]),
                **_said(era, events, which, stamped, first),
                **frames.audit(events.entered[which], stamped, creators, creators),
                "_until": frames.lasting(which, stamped),
            }
        )


def series_ids(prefix: str, series: Ints) -> Any:
    """The ids of the patterns that records belong to, null for most."""
    ids = frames.ids(prefix, series[series != NONE] + 1)
    return frames.pick(ids, np.where(series == NONE, NONE, np.cumsum(series != NONE) - 1))


def _versions(events: Events, first: int, last: int, era: Era) -> tuple[Ints, Ints]:
    """(event, stamp) of each version of the events from `first` up to `last`."""
    rows = np.arange(first, last)
    marks = [events.moved[rows], events.noted[rows], events.deleted[rows]]
    which = np.concatenate([rows, *(rows[mark != NONE] for mark in marks)])
    stamped = np.concatenate([events.entered[rows], *(mark[mark != NONE] for mark in marks)])
    kept = stamped < era.end
    return which[kept], stamped[kept]


def _is_noted(events: Events, which: Ints, stamped: Ints) -> Any:
    noted = events.noted[which]
    return (noted != NONE) & (noted <= stamped)


def _said(era: Era, events: Events, which: Ints, stamped: Ints, first: int) -> dict[str, Any]:
    moved, deleted = events.moved[which], events.deleted[which]
    start = events.start[which] + np.where((moved != NONE) & (moved <= stamped), events.shift[which], 0)
    minutes, is_group = events.minutes[which], events.is_group[which]
    places = era.stream(f"places {first}").integers(0, len(PLACES), BATCH)
    return {
        "Subject": frames.pick(SUBJECTS, events.subject[which]),
        "Location": frames.pick(PLACES, places[which - first]),
        "Type": frames.pick(TYPES, np.where(events.is_untyped[which], NONE, events.kind[which])),
        "EventSubtype": "Event",
        "ActivityDate": frames.days(start // DAY),
        "ActivityDateTime": frames.instants(start),
        "StartDateTime": frames.instants(start),
        "EndDateTime": frames.instants(start + minutes * 60),
        "DurationInMinutes": minutes,
        "IsAllDayEvent": False,
        "IsChild": events.is_child[which],
        "IsGroupEvent": is_group,
        "GroupEventType": frames.pick(["0", "1"], is_group),
        "IsArchived": False,
        "IsPrivate": False,
        "ShowAs": "Busy",
        "IsRecurrence": events.is_pattern[which],
        "IsReminderSet": False,
        "IsDeleted": (deleted != NONE) & (deleted <= stamped),
    }
