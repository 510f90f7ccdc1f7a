"""Tasks as records: a version when entered, completed and deleted, in batches that fit into memory."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import DISPOSITIONS, NOTES
from connectors.sandbox.simulate.staff.people import ADMIN, Staff
from connectors.sandbox.simulate.work.event_rows import series_ids
from connectors.sandbox.simulate.work.leads import Leads
from connectors.sandbox.simulate.work.tasks import CALL, EMAIL, SUBJECTS, TYPES, UNTYPED, Tasks

BATCH = 250_000  # tasks


def task_batches(era: Era, staff: Staff, book: Book, customers: Customers, leads: Leads, tasks: Tasks) -> Iterator[Any]:
    """The Task table with all versions, as Arrow tables of some hundred thousand rows each."""
    people = frames.whole(customers.contact_ids), frames.whole(leads.ids)
    whom = pa.concat_arrays(people)
    deals, staff_ids = frames.ids("006", book.numbers), pa.array(staff.ids)
    accounts = frames.whole(customers.ids)
    for first in range(0, max(len(tasks), 1), BATCH):
        which, stamped = _versions(tasks, first, min(first + BATCH, len(tasks)), era)
        linked = ~tasks.is_unlinked[which]
        deal = np.where(linked, tasks.deal[which], NONE)
        who = np.where(tasks.lead[which] == NONE, tasks.contact[which], len(people[0]) + tasks.lead[which])
        owners = frames.pick(staff_ids, tasks.owner[which])
        creator = np.where(tasks.is_captured[which], ADMIN, tasks.creator[which])
        creators = frames.pick(staff_ids, creator)
        by = frames.pick(staff_ids, np.where(stamped == tasks.entered[which], creator, tasks.owner[which]))
        yield frames.table(
            {
                "Id": frames.ids("00T", which + 1),
                "WhoId": frames.pick(whom, np.where(linked, who, NONE)),
                "WhatId": frames.pick(deals, deal),
                "AccountId": frames.pick(accounts, np.where(deal == NONE, NONE, book.deals.account[deal])),
                "OwnerId": owners,
                "RecurrenceActivityId": series_ids("00T", tasks.series[which]),
                **_said(era, tasks, which, stamped, first),
                **frames.audit(tasks.entered[which], stamped, creators, by),
                "_until": frames.lasting(which, stamped),
            }
        )


def _versions(tasks: Tasks, first: int, last: int, era: Era) -> tuple[Ints, Ints]:
    """(task, stamp) of each version of the tasks from `first` up to `last`."""
    rows = np.arange(first, last)
    entered, completed, deleted = tasks.entered[rows], tasks.completed[rows], tasks.deleted[rows]
    finished, gone = (completed != NONE) & (completed > entered), deleted != NONE
    which = np.concatenate([rows, rows[finished], rows[gone]])
    stamped = np.concatenate([entered, completed[finished], deleted[gone]])
    kept = stamped < era.end
    return which[kept], stamped[kept]


def _said(era: Era, tasks: Tasks, which: Ints, stamped: Ints, first: int) -> dict[str, Any]:
    """What the record says; of a call's outcome once it is done."""
    completed, deleted, kind = tasks.completed[which], tasks.deleted[which], tasks.kind[which]
    is_done = (completed != NONE) & (completed <= stamped)
    urgent = era.stream(f"priorities {first}").random(BATCH) < 0.1
    told = np.where(is_done | (kind != CALL), 0, NONE)

    def once_done(codes: Ints) -> Ints:
        return np.where(told == NONE, NONE, codes)

    return {
        "Subject": frames.pick(SUBJECTS, tasks.subject[which]),
        "Description": frames.pick(NOTES, once_done(tasks.note[which])),
        "ActivityDate": frames.days(tasks.due[which] // DAY),
        "Status": frames.pick(["Not Started", "Completed"], is_done),
        "Priority": frames.pick(["Normal", "High"], urgent[which - first]),
        "IsHighPriority": urgent[which - first],
        "Type": frames.pick(TYPES, np.where(kind == UNTYPED, NONE, kind)),
        "TaskSubtype": frames.pick(["Call", "Email", "Task"], np.where(kind == CALL, 0, np.where(kind == EMAIL, 1, 2))),
        "IsClosed": is_done,
        "IsArchived": False,
        "IsRecurrence": tasks.is_pattern[which],
        "IsReminderSet": False,
        "CompletedDateTime": frames.instants(np.where(is_done, completed, NONE)),
        "CallDurationInSeconds": frames.counts(once_done(tasks.seconds[which])),
        "CallType": frames.pick(["Outbound"], np.where(kind == CALL, 0, NONE)),
        "CallDisposition": frames.pick(DISPOSITIONS, once_done(tasks.disposition[which])),
        "IsDeleted": (deleted != NONE) & (deleted <= stamped),
    }
