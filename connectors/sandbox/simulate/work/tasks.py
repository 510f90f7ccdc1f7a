"""Tasks: calls and mails logged, to-dos planned, done late, forgotten or deleted. As records: `task_rows`."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, all_in_office, weekday
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.setting.words import CALL_SUBJECTS, DISPOSITIONS, EMAIL_SUBJECTS, NOTES, OTHER_SUBJECTS
from connectors.sandbox.simulate.staff.habits import Habits
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.work.leads import Leads, LeadTouches
from connectors.sandbox.simulate.work.touches import Touches, meet_contacts

CALL, EMAIL, OTHER, REVIEW_ACTION, UNTYPED = range(5)
TYPES = ("Call", "Email", "Other", "Review Action")
USUAL_SHARES, SLOPPY_SHARES = (0.47, 0.44, 0.04, 0.0, 0.05), (0.3, 0.24, 0.16, 0.0, 0.3)
ACTION_SUBJECTS = (
    "Review action: confirm the close date",
    "Review action: meet the sponsor",
    "Review action: next step",
)
SUBJECTS = CALL_SUBJECTS + EMAIL_SUBJECTS + OTHER_SUBJECTS + ACTION_SUBJECTS
FIRST_ACTION = len(CALL_SUBJECTS + EMAIL_SUBJECTS + OTHER_SUBJECTS)
FOLLOW_UP = CALL_SUBJECTS.index("Call: follow-up")
SERIES_SHARE, SERIES_LENGTH = 0.006, 4
SMALL: dict[str, Any] = dict.fromkeys(("owner", "creator", "deal", "lead", "contact", "seconds", "series"), np.int32)
SMALL |= dict.fromkeys(("kind", "subject", "note", "disposition"), np.int8)
PLANNED_SHARE, DELETED_SHARE, CAPTURED_SHARE = 0.36, 0.01, 0.12
BATCH_DAYS, BATCH_HOUR, BATCH_SECONDS = 14, 16, 720
BACKFILLED = (3, 7)  # activities written down after a deal is closed
FRIDAY = 4
PART = 1_000_000  # touches


@dataclass(slots=True)
class Tasks:
    """One row per task; NONE is nothing, or never.

    `at` is when it really happens, `due` the instant whose day is its ActivityDate, `entered` when it was written
    down, `completed` when it was told to be done. `deal` and `lead` are what it is about, also where the record
    `is_unlinked` and does not say so. `series` is the first task of a series that it belongs to, `is_pattern`
    that first one, `is_captured` a mail that the server wrote down.
    """

    at: Ints
    due: Ints
    entered: Ints
    completed: Ints
    deleted: Ints
    owner: Ints
    creator: Ints
    deal: Ints
    lead: Ints
    contact: Ints
    kind: Ints
    subject: Ints
    note: Ints
    seconds: Ints
    disposition: Ints
    series: Ints
    is_unlinked: Any
    is_pattern: Any
    is_captured: Any

    def __len__(self) -> int:
        return self.at.size

    @property
    def happened(self) -> Ints:
        """When a completed task was done, as its record has it: on its day if written down later, else when closed."""
        return np.where(self.due // DAY < self.entered // DAY, self.due, self.completed)


def join_tasks(*parts: Tasks) -> Tasks:
    """All tasks, numbered in order of entry. The parts are used up."""
    offsets = np.repeat(np.cumsum([0, *(len(part) for part in parts[:-1])]), [len(part) for part in parts])
    order = order_by(np.concatenate([part.entered for part in parts]))
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size)
    every: dict[str, Any] = {}
    for each in fields(Tasks):
        every[each.name] = np.concatenate([getattr(part, each.name) for part in parts])[order]
        for part in parts:  # it is not needed there any more, and there are many
            setattr(part, each.name, None)

    series = every["series"]
    every["series"] = np.where(series == NONE, NONE, place[series + offsets[order]])
    return Tasks(**every)


def blank_tasks(count: int, **known: Any) -> Tasks:
    values: dict[str, Any] = {each.name: np.full(count, NONE, dtype=np.int64) for each in fields(Tasks)}
    for flag in ("is_unlinked", "is_pattern", "is_captured"):
        values[flag] = np.zeros(count, dtype=bool)
    return Tasks(**{**values, **known})


def deal_tasks(
    era: Era, staff: Staff, book: Book, customers: Customers, touches: Touches, habits: Habits, rates: Rates
) -> Iterator[Tasks]:
    """What is done about deals, in parts: a task per touch, and what is written down only after the close."""
    late = _backfill(book, staff, habits, era, rates)
    for first in range(0, max(touches.at.size, 1), PART):
        part = slice(first, first + PART)
        some = Touches(touches.deal[part], touches.at[part], touches.owner[part])
        yield _deal_tasks(era.stream(f"tasks {first}"), staff, book, customers, some, late, habits, rates)
        late = Touches(late.deal[:0], late.at[:0], late.owner[:0])


def _deal_tasks(
    stream: np.random.Generator,
    staff: Staff,
    book: Book,
    customers: Customers,
    touches: Touches,
    late: Touches,
    habits: Habits,
    rates: Rates,
) -> Tasks:
    deal = np.concatenate([touches.deal, late.deal])
    owner = np.concatenate([touches.owner, late.owner])
    at = np.concatenate([touches.at, late.at])
    made = blank_tasks(at.size, at=at, due=at.copy(), owner=owner, creator=owner.copy(), deal=deal)
    is_backfilled = np.arange(at.size) >= touches.at.size
    _live(made, book.deals.created[deal], habits, rates, stream, is_loggable_only=is_backfilled)
    ended = book.deals.ended[deal]
    after = ended + HOUR + stream.integers(0, 5 * DAY, at.size)
    made.entered = np.where(is_backfilled, after, made.entered)
    made.completed = np.where(is_backfilled, after, made.completed)
    made.contact = meet_contacts(book, customers, deal, made.entered, stream)
    made.is_unlinked = stream.random(at.size) < rates["ACT-01"]
    _fill(made, habits, rates, stream)
    return told(made, staff, np.where(made.is_unlinked, NONE, book.deals.deleted_at[deal]))


def lead_tasks(era: Era, staff: Staff, leads: Leads, touches: LeadTouches, habits: Habits, rates: Rates) -> Tasks:
    """What is done about leads: logged when it is done, or late."""
    stream = era.stream("lead tasks")
    at = touches.at
    made = blank_tasks(
        at.size, at=at, due=at.copy(), owner=touches.owner, creator=touches.owner.copy(), lead=touches.lead
    )
    _live(made, leads.created[touches.lead], habits, rates, stream, is_loggable_only=np.ones(at.size, dtype=bool))
    _fill(made, habits, rates, stream)
    made.deleted[:] = NONE
    return told(made, staff, np.full(at.size, NONE))


def series_tasks(era: Era, staff: Staff, book: Book, touches: Touches, habits: Habits) -> Tasks:
    """Some deals are followed up every week: a series, its pattern first, each on a day of its own."""
    stream = era.stream("task series")
    base = np.flatnonzero(stream.random(touches.at.size) < SERIES_SHARE)
    which = np.repeat(base, SERIES_LENGTH + 1)
    turn = np.tile(np.arange(SERIES_LENGTH + 1), base.size)
    is_pattern = turn == 0
    at = touches.at[which] + np.maximum(turn - 1, 0) * 7 * DAY
    deal, owner = touches.deal[which], touches.owner[which]
    entered = np.maximum(touches.at[which] - 2 * HOUR, book.deals.created[deal] + 300)
    made = blank_tasks(which.size, at=at, due=at.copy(), entered=entered, owner=owner, creator=owner.copy(), deal=deal)
    ended = book.deals.ended[deal]
    is_done = ~is_pattern & ((ended == NONE) | (at + HOUR < ended))
    done = habits.awake(owner, np.maximum(at, entered) + stream.integers(300, 5 * HOUR, at.size))
    made.completed = np.where(is_done, done, NONE)
    made.deleted = np.where(~is_pattern & ~is_done, ended + 600, NONE)
    made.kind[:] = CALL
    made.subject[:] = FOLLOW_UP
    made.note = stream.integers(0, len(NOTES), at.size)
    made.disposition = np.where(is_done, stream.integers(0, len(DISPOSITIONS), at.size), NONE)
    made.seconds = np.where(is_done, stream.integers(20, 900, at.size), NONE)
    made.is_pattern = is_pattern
    made.series = np.arange(which.size) - turn
    return told(made, staff, book.deals.deleted_at[deal])


def _backfill(book: Book, staff: Staff, habits: Habits, era: Era, rates: Rates) -> Touches:
    """Some closed deals get activities that happened before they were closed and are written down after."""
    stream = era.stream("backfill")
    deals = book.deals
    is_closed = (deals.ended != NONE) & (deals.deleted_at == NONE) & (deals.ended - deals.created > 10 * DAY)
    chosen = np.flatnonzero(is_closed & (deals.ended < era.end) & (stream.random(len(deals)) < rates["ACT-07"]))
    which = np.repeat(chosen, stream.integers(*BACKFILLED, chosen.size))
    room = np.minimum(deals.ended[which] - deals.created[which] - 5 * DAY, 40 * DAY)
    at = all_in_office(deals.ended[which] - 4 * DAY - (stream.random(which.size) * room).astype(np.int64), stream)
    owner = book.owner_at(which, deals.ended[which])
    left = staff.ends[owner]
    kept = ((left == NONE) | (deals.ended[which] + 7 * DAY < left)) & (staff.starts[owner] <= at)
    kept &= ~habits.is_silent(owner, at)
    return Touches(which[kept], at[kept], owner[kept])


def _live(
    made: Tasks, floor: Ints, habits: Habits, rates: Rates, stream: np.random.Generator, *, is_loggable_only: Any
) -> None:
    """When each task is entered, completed and deleted: planned ahead, logged in time, logged late, or in a batch."""
    at, count = made.at, len(made)
    is_planned = (stream.random(count) < PLANNED_SHARE) & ~is_loggable_only
    is_late = ~is_planned & (stream.random(count) < rates["ACT-02"])
    logged = at + stream.integers(300, 3 * HOUR, count)
    late = at + (stream.uniform(4.2, 11, count) * DAY).astype(np.int64)
    ahead = np.maximum(at - (stream.uniform(1, 15, count) * DAY).astype(np.int64), floor + 900)
    entered = np.where(is_planned, np.minimum(ahead, at), np.where(is_late, late, logged))
    entered = np.where(habits.batches[made.owner] & ~is_planned, _batch(logged, stream), entered)
    delay = np.where(
        stream.random(count) < 0.85,
        stream.integers(-4 * HOUR, 20 * HOUR, count),
        stream.integers(2 * DAY, 7 * DAY, count),
    )
    delay = np.where(stream.random(count) < rates["ACT-04"] / 2, stream.integers(9 * DAY, 40 * DAY, count), delay)
    done = habits.awake(made.owner, np.maximum(at + delay, entered + 300))
    done = np.where(stream.random(count) < rates["ACT-04"] / 2, NONE, done)
    made.entered = entered
    made.completed = np.where(is_planned, done, entered)
    is_ahead = ~is_planned & (stream.random(count) < rates["ACT-05"])
    made.due = np.where(is_ahead, entered + 10 * DAY, at)
    last = np.maximum(entered, made.completed)
    is_deleted = stream.random(count) < DELETED_SHARE
    made.deleted = np.where(is_deleted, last + stream.integers(HOUR, 6 * DAY, count), NONE)
    is_captured = ~is_planned & ~is_late & ~habits.batches[made.owner] & (stream.random(count) < CAPTURED_SHARE)
    made.is_captured = is_captured


def _batch(logged: Ints, stream: np.random.Generator) -> Ints:
    """The same, on the Friday afternoon of every second week, within minutes."""
    day = logged // DAY
    monday = day - weekday(day)
    friday = monday + FRIDAY + np.where((monday // 7) % 2 == 1, 7, 0)
    sat = friday * DAY + BATCH_HOUR * HOUR + stream.integers(0, BATCH_SECONDS, logged.size)
    return np.asarray(np.where(sat > logged, sat, sat + BATCH_DAYS * DAY), dtype=np.int64)


def _fill(made: Tasks, habits: Habits, rates: Rates, stream: np.random.Generator) -> None:
    """What the tasks say: type, subject, and of calls the notes, the outcome and the duration."""
    count = len(made)
    draw = stream.random(count)
    usual = np.searchsorted(np.cumsum(USUAL_SHARES)[:-1], draw, side="right")
    sloppy = np.searchsorted(np.cumsum(SLOPPY_SHARES)[:-1], draw, side="right")
    kind = np.where(habits.mistypes[made.owner], sloppy, usual)
    kind = np.where((made.lead != NONE) & (kind != EMAIL), CALL, kind)  # leads are called or written to
    made.is_captured &= kind == EMAIL
    made.kind = kind
    sizes = np.array([len(CALL_SUBJECTS), len(EMAIL_SUBJECTS), len(OTHER_SUBJECTS), 0, FIRST_ACTION])
    starts = np.array([0, len(CALL_SUBJECTS), len(CALL_SUBJECTS + EMAIL_SUBJECTS), 0, 0])
    made.subject = starts[kind] + (stream.random(count) * sizes[kind]).astype(np.int64)
    is_bare = (kind == CALL) & (stream.random(count) < rates["ACT-06"])
    is_noted = np.where(kind == CALL, ~is_bare, stream.random(count) < 0.8)
    made.note = np.where(is_noted, stream.integers(0, len(NOTES), count), NONE)
    is_told = (kind == CALL) & ~is_bare
    made.disposition = np.where(is_told, stream.integers(0, len(DISPOSITIONS), count), NONE)
    made.seconds = np.where(is_told, stream.integers(20, 2400, count), NONE)


def told(made: Tasks, staff: Staff, gone: Ints) -> Tasks:
    """Those that are ever written down. They go into the recycle bin with their deal, at the same instant (`gone`)."""
    left = staff.ends[made.owner]
    is_there = (left == NONE) | (made.entered < left)
    is_there &= (gone == NONE) | (made.entered < gone)
    is_undone = ((left != NONE) & (made.completed >= left)) | ((gone != NONE) & (made.completed >= gone))
    made.completed = np.where(is_undone, NONE, made.completed)
    is_taken = (gone != NONE) & ((made.deleted == NONE) | (made.deleted > gone))
    made.deleted = np.where(is_taken, gone, made.deleted)
    made.series = np.where(made.series == NONE, NONE, (np.cumsum(is_there) - 1)[made.series])
    kept = {each.name: getattr(made, each.name)[is_there] for each in fields(Tasks)}
    return Tasks(**{name: values.astype(SMALL.get(name, values.dtype), copy=False) for name, values in kept.items()})
