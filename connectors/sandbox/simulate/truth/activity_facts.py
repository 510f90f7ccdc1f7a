"""The violations of the rules about activities, from the simulator's own arrays.

What is judged: tasks but patterns of series, and events but patterns, invitees' copies and cancelled ones. A task
happened when it was told to be done or, if it was written down later, on its day; it counts from its entry on.

ACT-03 holds from the third day of batches on. ACT-08 and ACT-09 are about users, ACT-07 about deals. ACT-09 is
judged over all activities of a user up to the instant, less those that are ever deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import SHIFT
from connectors.sandbox.simulate.truth.facts import Facts
from connectors.sandbox.simulate.truth.findings import Spans, flag_spans, found
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.meetings import RIDE_ALONG
from connectors.sandbox.simulate.work.tasks import CALL, OTHER, UNTYPED

LATE_DAYS, OVERDUE_DAYS, IDLE_DAYS = 3, 7, 7
BATCH_SIZE, BATCH_SECONDS, BATCH_DAYS = 10, 900, 3
BACKFILLED = 3
VAGUE_SHARE, VAGUE_LEAST = 0.2, 50


@dataclass(slots=True)
class Doings:
    """All that was done, tasks before events: whose, when it happened and when that was on record; by deal if any."""

    owner: Ints
    happened: Ints
    known: Ints
    gone: Ints
    deal: Ints
    is_vague: Any

    @property
    def size(self) -> int:
        return self.owner.size


def doings(conduct: Conduct) -> Doings:
    """Completed tasks and meetings that take place, of the whole era."""
    tasks, events, end = conduct.tasks, conduct.events, conduct.era.end
    task = np.flatnonzero((tasks.completed != NONE) & ~tasks.is_pattern & (tasks.completed < end))
    event = np.flatnonzero(events.is_held & ~events.is_child & (events.begins + events.minutes * 60 < end))
    over = events.begins[event] + events.minutes[event] * 60
    vague_task = np.isin(tasks.kind[task], (OTHER, UNTYPED))
    return Doings(
        np.concatenate([tasks.owner[task], events.owner[event]]),
        np.concatenate([tasks.happened[task], events.begins[event]]),
        np.concatenate([tasks.completed[task], np.maximum(over, events.entered[event])]),
        np.concatenate([tasks.deleted[task], events.deleted[event]]),
        np.concatenate(
            [
                np.where(tasks.is_unlinked[task], NONE, tasks.deal[task]),
                np.where(events.is_unlinked[event], NONE, events.deal[event]),
            ]
        ),
        np.concatenate([vague_task, events.is_untyped[event]]),
    )


def activity_facts(conduct: Conduct) -> Iterator[Facts]:
    """Facts of ACT-01 to ACT-09."""
    yield from _task_findings(conduct)
    yield from _event_findings(conduct)
    done = doings(conduct)
    yield from _batches(conduct)
    yield from _backfills(conduct, done)
    yield from _idle(conduct, done)
    yield from _vague(done)


def _task_findings(conduct: Conduct) -> Iterator[Facts]:
    tasks = conduct.tasks
    real = ~tasks.is_pattern

    def of(rule: str, flags: Any, since: Ints, until: Ints, *why: str, which: Ints | None = None) -> Iterator[Facts]:
        rows = np.flatnonzero(flags & real & (since < conduct.era.end))
        ends = np.where(tasks.deleted[rows] == NONE, until[rows], _sooner(until[rows], tasks.deleted[rows]))
        yield from found(rule, "Task", rows, since[rows], ends, *why, which=None if which is None else which[rows])

    never = np.full(len(tasks), NONE)
    day = tasks.due // DAY
    is_done = tasks.completed != NONE
    lag = tasks.entered // DAY - day
    lags = [f"Written down {days} days after it happened." for days in range(40)]
    yield from of("ACT-01", tasks.is_unlinked, tasks.entered, never, "Linked to no deal, account, contact or lead.")
    yield from of("ACT-02", is_done & (lag > LATE_DAYS), tasks.completed, never, *lags, which=np.clip(lag, 0, 39))
    overdue = (day + OVERDUE_DAYS + 1) * DAY
    yield from of(
        "ACT-04",
        ~is_done | (tasks.completed > overdue),
        np.maximum(overdue, tasks.entered),
        tasks.completed,
        "Still open more than 7 days after it was due.",
    )
    is_ahead = is_done & (day > tasks.completed // DAY)
    yield from of("ACT-05", is_ahead, tasks.completed, day * DAY, "Completed, though its day is still to come.")
    is_bare = (tasks.kind == CALL) & is_done & (tasks.note == NONE) & (tasks.seconds == NONE)
    yield from of("ACT-06", is_bare, tasks.completed, never, "A call without notes, outcome or duration.")


def _event_findings(conduct: Conduct) -> Iterator[Facts]:
    events = conduct.events
    with_customers = (events.kind < RIDE_ALONG) & ~events.is_child & ~events.is_pattern
    for rule, flags, reason in (
        ("ACT-01", events.is_unlinked, "Linked to no deal, account, contact or lead."),
        ("ACT-02", events.entered // DAY - events.start // DAY > LATE_DAYS, "Put into the calendar days after it."),
    ):
        rows = np.flatnonzero(with_customers & flags & (events.entered < conduct.era.end))
        yield from found(rule, "Event", rows, events.entered[rows], events.deleted[rows], reason)


def _batches(conduct: Conduct) -> Iterator[Facts]:
    """Users who logged ten completed tasks or more within a quarter of an hour, on three days or more."""
    tasks = conduct.tasks
    rows = np.flatnonzero((tasks.completed == tasks.entered) & ~tasks.is_pattern & (tasks.entered < conduct.era.end))
    order = rows[np.lexsort((tasks.entered[rows], tasks.owner[rows]))]
    owner, at = tasks.owner[order], tasks.entered[order]
    ahead = np.arange(BATCH_SIZE - 1, order.size)
    back = ahead - BATCH_SIZE + 1
    is_batch = (owner[ahead] == owner[back]) & (at[ahead] - at[back] <= BATCH_SECONDS)
    keys, first = np.unique(owner[ahead][is_batch] * SHIFT + at[ahead][is_batch] // DAY, return_index=True)
    who, when = keys // SHIFT, at[ahead][is_batch][first]
    turn = np.arange(who.size) - np.searchsorted(who, who)
    third = turn == BATCH_DAYS - 1
    reason = "Ten tasks or more logged within 15 minutes on three days."
    yield from found("ACT-03", "User", who[third], when[third], np.full(int(third.sum()), NONE), reason)


def _backfills(conduct: Conduct, done: Doings) -> Iterator[Facts]:
    """Deals with three activities or more that were entered after the close and are dated before it."""
    deals = conduct.book.deals
    known = np.where(done.known > done.happened, done.known, done.happened)
    ended = np.where(deals.deleted_at == NONE, deals.ended, NONE)[done.deal]
    rows = np.flatnonzero((done.deal != NONE) & (ended != NONE) & (known > ended))
    rows = rows[(done.happened[rows] // DAY < ended[rows] // DAY) & (done.gone[rows] == NONE)]
    order = rows[np.lexsort((known[rows], done.deal[rows]))]
    deal = done.deal[order]
    turn = np.arange(deal.size) - np.searchsorted(deal, deal)
    third = np.flatnonzero(turn == BACKFILLED - 1)
    reason = "Three activities or more entered after the close and dated before it."
    numbers = conduct.book.numbers[deal[third]] - 1
    yield from found("ACT-07", "Opportunity", numbers, known[order][third], np.full(third.size, NONE), reason)


def _idle(conduct: Conduct, done: Doings) -> Iterator[Facts]:
    """Active users with open deals and nothing done in the last seven days."""
    steps, staff, end = conduct.book.steps, conduct.staff, conduct.era.end
    rows = np.flatnonzero(~steps.is_closed & ~steps.is_deleted)
    until = np.where(steps.until[rows] == NONE, end, steps.until[rows])
    people = np.arange(len(staff.people))
    here = Spans(people, staff.starts, np.where(staff.ends == NONE, end, np.minimum(staff.ends, end)))
    owning = Spans(steps.owner[rows], steps.at[rows], until).within(here)
    counts_until = done.happened + IDLE_DAYS * DAY
    counts_until = np.where(done.gone == NONE, counts_until, np.minimum(counts_until, done.gone))
    busy = Spans(done.owner, np.maximum(done.known, done.happened), counts_until)
    idle = owning.without(busy)
    reason = "Open deals, and no activity for 7 days."
    yield from found("ACT-08", "User", idle.who, idle.since, np.where(idle.until >= end, NONE, idle.until), reason)


def _vague(done: Doings) -> Iterator[Facts]:
    """Users of whose activities, fifty or more, over a fifth have no type or the type Other."""
    known = np.maximum(done.known, done.happened)
    kept = np.flatnonzero(done.gone == NONE)
    order = kept[np.lexsort((known[kept], done.owner[kept]))]
    owner, at, vague = done.owner[order], known[order], np.cumsum(done.is_vague[order])
    first = np.searchsorted(owner, owner)
    before = np.where(first > 0, vague[first - 1], 0)
    count = np.arange(owner.size) - first + 1
    holds = (count >= VAGUE_LEAST) & ((vague - before) > VAGUE_SHARE * count)
    spans = flag_spans(owner, at, holds)
    reason = "Over a fifth of the activities have no type or the type Other."
    yield from found("ACT-09", "User", spans.who, spans.since, spans.until, reason)


def _sooner(until: Ints, deleted: Ints) -> Ints:
    return np.where((until == NONE) | (deleted < until), deleted, until)
