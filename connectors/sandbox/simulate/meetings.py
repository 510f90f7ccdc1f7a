"""Events: meetings with customers, and the managers' own reviews, one-to-ones and forecast calls."""

from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.customers import Customers
from connectors.sandbox.simulate.deals import Deal
from connectors.sandbox.simulate.era import DAY, HOUR, Era, Ints, weekday
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.opportunities import deletions, opportunity_ids
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.touches import Touches
from connectors.sandbox.simulate.words import DEMO_SUBJECTS, MEETING_SUBJECTS

TYPES = ("Meeting", "Demo", "Pipeline Review", "One-to-One", "Forecast Call")
MEETING, DEMO, REVIEW, ONE_TO_ONE, FORECAST = range(5)
KEPT = {REVIEW: 0.88, ONE_TO_ONE: 0.85, FORECAST: 0.9}
SUBJECTS = (*MEETING_SUBJECTS, *DEMO_SUBJECTS, "Pipeline Review", "One-to-One", "Forecast Call")
CANCELLED_SHARE, MOVED_SHARE, CHILD_SHARE = 0.03, 0.08, 0.15


class _Rows:
    """Events as parallel arrays, before they have ids and versions."""

    def __init__(self, **columns: Any) -> None:
        self.owner: Ints = np.asarray(columns["owner"], dtype=np.int64)
        self.start: Ints = np.asarray(columns["start"], dtype=np.int64)
        self.entered: Ints = np.asarray(columns["entered"], dtype=np.int64)
        self.minutes: Ints = np.asarray(columns["minutes"], dtype=np.int64)
        self.kind: Ints = np.asarray(columns["kind"], dtype=np.int64)
        self.subject: Ints = np.asarray(columns["subject"], dtype=np.int64)
        self.deal: Ints = np.asarray(columns["deal"], dtype=np.int64)
        self.contact: Ints = np.asarray(columns["contact"], dtype=np.int64)
        self.is_child: Any = np.asarray(columns["is_child"], dtype=bool)
        self.is_group: Any = np.asarray(columns["is_group"], dtype=bool)


def event_table(era: Era, staff: Staff, deals: list[Deal], customers: Customers, touches: Touches) -> Any:
    stream = era.stream("events")
    rows = _join(_customer_meetings(staff, deals, customers, touches, stream), _management(era, staff))
    count = rows.start.size
    gone = np.where(rows.deal == NONE, NONE, deletions(deals)[rows.deal])
    which, stamped, is_deleted, shift = _versions(rows, gone, era, stream)
    order = np.argsort(rows.entered, kind="stable")
    ids = np.empty(count, dtype="U18")
    ids[order] = make_ids("00U", np.arange(1, count + 1))
    start = rows.start[which] + shift
    accounts = np.array([deal.account for deal in deals])[np.maximum(rows.deal, 0)]
    owner = frames.pick(staff.ids, rows.owner[which])
    kind = np.where((rows.kind < REVIEW) & (stream.random(count) < 0.04), NONE, rows.kind)
    return frames.table(
        {
            "Id": ids[which],
            "WhoId": frames.pick(customers.contact_ids, rows.contact[which]),
            "WhatId": frames.pick(opportunity_ids(deals), rows.deal[which]),
            "AccountId": frames.pick(customers.ids, np.where(rows.deal == NONE, NONE, accounts)[which]),
            "Subject": frames.pick(SUBJECTS, rows.subject[which]),
            "Location": frames.pick(["Video call", "On site", "Office"], stream.integers(0, 3, count)[which]),
            "Type": frames.pick(TYPES, kind[which]),
            "EventSubtype": "Event",
            "ActivityDate": frames.days(start // DAY),
            "ActivityDateTime": frames.instants(start),
            "StartDateTime": frames.instants(start),
            "EndDateTime": frames.instants(start + rows.minutes[which] * 60),
            "DurationInMinutes": rows.minutes[which],
            "IsAllDayEvent": False,
            "IsChild": rows.is_child[which],
            "IsGroupEvent": rows.is_group[which],
            "GroupEventType": frames.pick(["0", "1"], rows.is_group[which].astype(int)),
            "IsArchived": False,
            "IsPrivate": False,
            "ShowAs": "Busy",
            "IsRecurrence": False,
            "IsReminderSet": False,
            "OwnerId": owner,
            "IsDeleted": is_deleted,
            **frames.audit(rows.entered[which], stamped, owner, owner),
        }
    )


def _customer_meetings(
    staff: Staff, deals: list[Deal], customers: Customers, touches: Touches, stream: np.random.Generator
) -> _Rows:
    count = touches.at.size
    start = touches.at // (HOUR // 2) * (HOUR // 2)
    ahead = (stream.uniform(1, 13, count) * DAY).astype(np.int64)
    entered = np.maximum(start - ahead, touches.created + 300)
    kind = np.where(stream.random(count) < 0.25, DEMO, MEETING)
    demos = len(MEETING_SUBJECTS) + stream.integers(0, len(DEMO_SUBJECTS), count)
    subject = np.where(kind == DEMO, demos, stream.integers(0, len(MEETING_SUBJECTS), count))
    contact = touches.contacts(deals, customers, entered, stream)
    is_group = stream.random(count) < CHILD_SHARE
    child = np.flatnonzero(is_group)
    every = np.concatenate([np.arange(count), child])
    managers = np.array([person.manager for person in staff.people])
    return _Rows(
        owner=np.concatenate([touches.owner, np.maximum(managers[touches.owner[child]], 1)]),
        start=start[every],
        entered=entered[every],
        minutes=stream.choice([30, 45, 60, 90], size=count)[every],
        kind=kind[every],
        subject=subject[every],
        deal=touches.deal[every],
        contact=contact[every],
        is_child=np.arange(every.size) >= count,
        is_group=is_group[every],
    )


def _management(era: Era, staff: Staff) -> _Rows:
    """Weekly pipeline reviews and forecast calls, one-to-ones every other week; some do not happen."""
    dice = era.dice("management")
    held: list[tuple[int, int, int, int, bool, bool]] = []  # owner, start, minutes, kind, is_child, is_group
    monday = era.start // DAY
    monday += -weekday(monday) % 7
    for week in range((era.end // DAY - monday) // 7):
        day = (monday + 7 * week) * DAY
        for order, manager in enumerate(staff.managers):
            reports = staff.reports(manager, day + 12 * HOUR)
            if dice.random() < KEPT[REVIEW]:
                start = day + (9 + order % 3) * HOUR
                held.append((manager, start, 60, REVIEW, False, True))
                held += [(r, start, 60, REVIEW, True, True) for r in reports if dice.random() < 0.9]
            if dice.random() < KEPT[FORECAST]:
                held.append((manager, day + 15 * HOUR + order % 4 * HOUR // 2, 30, FORECAST, False, False))
            for report in reports:
                if (report + week) % 2 == 0 and dice.random() < KEPT[ONE_TO_ONE]:
                    start = day + dice.randrange(1, 5) * DAY + dice.randrange(9, 17) * HOUR
                    held.append((manager, start, 30, ONE_TO_ONE, False, True))
                    held.append((report, start, 30, ONE_TO_ONE, True, True))
    columns = np.array(held, dtype=np.int64).reshape(len(held), 6)
    nothing = np.full(len(held), NONE)
    kind = columns[:, 3]
    return _Rows(
        owner=columns[:, 0],
        start=columns[:, 1],
        entered=columns[:, 1] - 8 * DAY,
        minutes=columns[:, 2],
        kind=kind,
        subject=len(SUBJECTS) - 3 + (kind - REVIEW),
        deal=nothing,
        contact=nothing,
        is_child=columns[:, 4],
        is_group=columns[:, 5],
    )


def _join(left: _Rows, right: _Rows) -> _Rows:
    return _Rows(**{name: np.concatenate([first, getattr(right, name)]) for name, first in vars(left).items()})


def _versions(rows: _Rows, deal_gone: Ints, era: Era, stream: np.random.Generator) -> tuple[Ints, Ints, Any, Ints]:
    """Per version: which event, its stamp, whether it is deleted, and by how much its start was moved.

    Events go into the recycle bin with their deal, at the same instant (`deal_gone`, NONE: it stays).
    """
    count = rows.start.size
    every = np.arange(count)
    half = rows.entered + np.maximum((rows.start - rows.entered) // 2, 60)
    fate = stream.random(count)
    is_single = ~rows.is_group
    is_cancelled = is_single & (fate < CANCELLED_SHARE)
    moved = np.flatnonzero(is_single & (fate > 1 - MOVED_SHARE))
    moves = np.zeros(count, dtype=np.int64)
    moves[moved] = stream.integers(1, 4, moved.size) * DAY
    is_doomed = (deal_gone != NONE) & ~(is_cancelled & (half < deal_gone))
    deleted_at = np.where(is_doomed, deal_gone, np.where(is_cancelled, half, NONE))
    gone = np.flatnonzero(deleted_at != NONE)
    which = np.concatenate([every, moved, gone])
    stamped = np.concatenate([rows.entered, half[moved], deleted_at[gone]])
    is_deleted = np.arange(which.size) >= count + moved.size
    was_moved = np.where(half[gone] < deleted_at[gone], moves[gone], 0)
    shift = np.concatenate([np.zeros(count, dtype=np.int64), moves[moved], was_moved])
    is_before_deletion = is_deleted | (deleted_at[which] == NONE) | (stamped < deleted_at[which])
    is_ever_entered = (deal_gone == NONE) | (rows.entered < deal_gone)
    kept = (stamped < era.end) & is_before_deletion & is_ever_entered[which]
    return which[kept], stamped[kept], is_deleted[kept], shift[kept]
