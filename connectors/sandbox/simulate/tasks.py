"""Tasks: calls and mails logged, to-dos planned, done late, forgotten or deleted."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.customers import Customers
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.leads import LeadTouches
from connectors.sandbox.simulate.opportunities import deletions, opportunity_ids
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.touches import Touches
from connectors.sandbox.simulate.words import CALL_SUBJECTS, DISPOSITIONS, EMAIL_SUBJECTS, NOTES, OTHER_SUBJECTS

CALL, EMAIL, OTHER, UNTYPED = range(4)
TYPE_SHARES = (0.44, 0.4, 0.06, 0.1)
PLANNED_SHARE, LATE_SHARE, DELETED_SHARE, UNLINKED_SHARE = 0.36, 0.1, 0.01, 0.02
SUBJECTS = CALL_SUBJECTS + EMAIL_SUBJECTS + OTHER_SUBJECTS


@dataclass(slots=True)
class TaskLives:
    """Per task: when it was entered, is due, was completed and deleted (NONE: never).

    One that `is_entered` no more would have come after the deletion of its deal.
    """

    entered: Ints
    due: Ints
    completed: Ints
    deleted: Ints
    is_late: Any
    is_entered: Any


def task_table(
    era: Era, staff: Staff, deals: list[Deal], customers: Customers, touches: Touches, leads: LeadTouches
) -> tuple[Any, dict[str, Any]]:
    """The Task table, and the planted facts: ids and instants of tasks logged late or linked to nothing."""
    stream = era.stream("tasks")
    count = touches.at.size + leads.at.size
    at = np.concatenate([touches.at, leads.at])
    floor = np.concatenate([touches.created, leads.created])
    lives = _lives(at, floor, stream)
    what, who = _links(touches, leads, deals, customers, lives.entered, stream)
    accounts = np.concatenate([np.array([d.account for d in deals])[touches.deal], np.full(leads.at.size, NONE)])
    is_unlinked = stream.random(count) < UNLINKED_SHARE
    parents_gone = np.concatenate([deletions(deals)[touches.deal], np.full(leads.at.size, NONE)])
    lives = _end_with_parent(lives, np.where(is_unlinked, NONE, parents_gone))
    kind = stream.choice(4, size=count, p=TYPE_SHARES)
    order = np.argsort(lives.entered, kind="stable")
    ids = np.empty(count, dtype="U18")
    ids[order] = make_ids("00T", np.arange(1, count + 1))
    versions, stamped, is_done, is_deleted = _versions(lives, era)
    owner = frames.pick(staff.ids, np.concatenate([touches.owner, leads.owner])[versions])
    linked = np.where(is_unlinked, NONE, np.arange(count))[versions]
    is_call = kind == CALL
    is_noted = stream.random(count) < 0.8
    columns = {
        "Id": ids[versions],
        "WhoId": frames.pick(who, linked),
        "WhatId": frames.pick(what, linked),
        "AccountId": frames.pick(customers.ids, np.where(is_unlinked, NONE, accounts)[versions]),
        "Subject": frames.pick(SUBJECTS, _subjects(kind, stream)[versions]),
        "Description": frames.pick(NOTES, np.where(is_noted, stream.integers(0, len(NOTES), count), NONE)[versions]),
        "ActivityDate": frames.days((lives.due // DAY)[versions]),
        "Status": frames.pick(["Not Started", "Completed"], is_done.astype(int)),
        "Priority": frames.pick(["Normal", "High"], (stream.random(count) < 0.1).astype(int)[versions]),
        "IsHighPriority": False,
        "Type": frames.pick(["Call", "Email", "Other"], np.where(kind == UNTYPED, NONE, kind)[versions]),
        "TaskSubtype": frames.pick(["Call", "Email", "Task", "Task"], kind[versions]),
        "OwnerId": owner,
        "IsClosed": is_done,
        "IsArchived": False,
        "IsRecurrence": False,
        "IsReminderSet": False,
        "CompletedDateTime": frames.instants(np.where(is_done, lives.completed[versions], NONE)),
        "CallDurationInSeconds": frames.counts(
            np.where(is_call & is_noted, stream.integers(20, 2400, count), NONE)[versions]
        ),
        "CallType": frames.pick(["Outbound"], np.where(is_call, 0, NONE)[versions]),
        "CallDisposition": frames.pick(
            DISPOSITIONS,
            np.where(is_call & is_noted, stream.integers(0, len(DISPOSITIONS), count), NONE)[versions],
        ),
        "IsDeleted": is_deleted,
        **frames.audit(lives.entered[versions], stamped, owner, owner),
    }
    facts = {
        "ids": ids,
        "entered": lives.entered,
        "deleted": lives.deleted,
        "is_late": lives.is_late & lives.is_entered,
        "is_unlinked": is_unlinked,
    }
    return frames.table(columns), facts


def _lives(at: Ints, floor: Ints, stream: np.random.Generator) -> TaskLives:
    count = at.size
    is_planned = stream.random(count) < PLANNED_SHARE
    is_late = ~is_planned & (stream.random(count) < LATE_SHARE)
    logged = at + stream.integers(300, 3 * HOUR, count)
    late = at + (stream.uniform(3.5, 11, count) * DAY).astype(np.int64)
    ahead = np.maximum(at - (stream.uniform(1, 15, count) * DAY).astype(np.int64), floor + 900)
    ahead = np.minimum(ahead, at)
    entered = np.where(is_planned, ahead, np.where(is_late, late, logged))
    fate = stream.random(count)
    delay = np.where(
        fate < 0.8, stream.integers(-4 * HOUR, 20 * HOUR, count), stream.integers(2 * DAY, 30 * DAY, count)
    )
    completed = np.where(is_planned, np.maximum(at + delay, entered + 300), entered)
    completed = np.where(is_planned & (fate > 0.92), NONE, completed)
    due = np.where(~is_planned & (stream.random(count) < 0.004), at + 10 * DAY, at)
    is_deleted = stream.random(count) < DELETED_SHARE
    last = np.maximum(entered, completed)
    deleted = np.where(is_deleted, last + stream.integers(HOUR, 6 * DAY, count), NONE)
    return TaskLives(entered, due, completed, deleted, is_late, np.ones(count, dtype=bool))


def _end_with_parent(lives: TaskLives, gone: Ints) -> TaskLives:
    """Tasks go into the recycle bin with their deal, at the same instant (`gone`, NONE: it stays)."""
    is_doomed = gone != NONE
    is_first_to_go = is_doomed & ((lives.deleted == NONE) | (lives.deleted > gone))
    return replace(
        lives,
        completed=np.where(is_doomed & (lives.completed >= gone), NONE, lives.completed),
        deleted=np.where(is_first_to_go, gone, lives.deleted),
        is_entered=~is_doomed | (lives.entered < gone),
    )


def _versions(lives: TaskLives, era: Era) -> tuple[Ints, Ints, Any, Any]:
    """Per version: which task, its stamp, whether it is done and deleted."""
    every = np.arange(lives.entered.size)
    finished = np.flatnonzero((lives.completed != NONE) & (lives.completed > lives.entered))
    gone = np.flatnonzero(lives.deleted != NONE)
    versions = np.concatenate([every, finished, gone])
    stamped = np.concatenate([lives.entered, lives.completed[finished], lives.deleted[gone]])
    is_done = np.concatenate(
        [lives.completed == lives.entered, np.ones(finished.size, dtype=bool), lives.completed[gone] != NONE]
    )
    is_deleted = np.arange(versions.size) >= every.size + finished.size
    kept = (stamped < era.end) & lives.is_entered[versions]
    return versions[kept], stamped[kept], is_done[kept], is_deleted[kept]


def _links(
    touches: Touches,
    leads: LeadTouches,
    deals: list[Deal],
    customers: Customers,
    entered: Ints,
    stream: np.random.Generator,
) -> tuple[Any, Any]:
    """What and whom each task is about, as ids."""
    contacts = touches.contacts(deals, customers, entered[: touches.at.size], stream)
    what = frames.pick(opportunity_ids(deals), np.concatenate([touches.deal, np.full(leads.at.size, NONE)]))
    people = np.concatenate([customers.contact_ids, leads.ids])
    who = np.concatenate([contacts, customers.contact_ids.size + leads.lead])
    return what, frames.pick(people, who)


def _subjects(kind: Ints, stream: np.random.Generator) -> Ints:
    draw = stream.random(kind.size)
    calls, mails, others = len(CALL_SUBJECTS), len(EMAIL_SUBJECTS), len(OTHER_SUBJECTS)
    start = np.choose(kind, [0, calls, calls + mails, 0])
    size = np.choose(kind, [calls, mails, others, len(SUBJECTS)])
    return np.asarray(start + (draw * size).astype(np.int64), dtype=np.int64)
