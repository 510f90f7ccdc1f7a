"""The violations of the managers' rules that are about attendance, outcomes, deals and actions of their teams.

MGR-08 is judged over the Commit deals as they stand on Monday morning, and holds for a week; MGR-10 over the stage
moves of the last 90 days.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, HOUR, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import CHIEF, SELLER, SHIFT
from connectors.sandbox.simulate.truth.facts import Facts
from connectors.sandbox.simulate.truth.findings import flag_spans, found
from connectors.sandbox.simulate.truth.manager_facts import WEEK, held_reviews
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.meetings import REVIEW
from connectors.sandbox.simulate.work.tasks import REVIEW_ACTION

ATTENDED_SHARE, INSPECTED_SHARE, MOVED_SHARE, MOVES_LEAST = 0.7, 0.8, 0.2, 20
OUTCOME_WITHIN, MOVES_WITHIN, OVERDUE = 48 * HOUR, 90 * DAY, 8 * DAY
JUDGED_AT = 18 * HOUR  # on Monday, when the reviews are over


def team_facts(conduct: Conduct) -> Iterator[Facts]:
    """Facts of MGR-02, 06, 08, 10 and 11."""
    yield from _badly_attended(conduct)
    yield from _fruitless(conduct)
    yield from _uninspected(conduct)
    yield from _meddling(conduct)
    yield from _forgotten(conduct)


def _badly_attended(conduct: Conduct) -> Iterator[Facts]:
    """Pipeline reviews with copies for under seventy percent of those who report to the manager then."""
    events, staff = conduct.events, conduct.staff
    reviews, _ = held_reviews(conduct)
    reviews = reviews[events.kind[reviews] == REVIEW]
    came = np.bincount(events.parent[events.is_child & (events.deleted == NONE)], minlength=len(events))[reviews]
    people = np.flatnonzero((staff.levels >= SELLER) & (staff.levels < CHIEF))
    moments, moment = np.unique(events.start[reviews], return_inverse=True)
    sizes = np.zeros(reviews.size, dtype=np.int64)
    for first in range(0, moments.size, 256):  # people × instants in pieces
        some = moments[first : first + 256]
        who, at = np.repeat(people, some.size), np.tile(some, people.size)
        manager = np.where(staff.work_at(who, at), staff.managers_at(who, at), NONE)
        table = np.zeros((some.size, len(staff.people) + 1), dtype=np.int64)
        np.add.at(table, (np.tile(np.arange(some.size), people.size), manager), 1)
        mine = (moment >= first) & (moment < first + some.size)
        sizes[mine] = table[moment[mine] - first, events.owner[reviews[mine]]]
    bad = (sizes > 0) & (came < ATTENDED_SHARE * sizes)
    ends = _end(conduct, reviews)
    texts = [f"Only {n} percent of the direct reports were there." for n in range(101)]
    share = np.where(sizes > 0, came * 100 // np.maximum(sizes, 1), 100)
    yield from found("MGR-02", "Event", reviews[bad], ends[bad], events.deleted[reviews[bad]], *texts, which=share[bad])


def _end(conduct: Conduct, rows: Ints) -> Ints:
    return np.asarray(conduct.events.begins[rows] + conduct.events.minutes[rows] * 60, dtype=np.int64)


def _fruitless(conduct: Conduct) -> Iterator[Facts]:
    """Reviews after which, for 48 hours, no deal of who was there changed and none of them made a task."""
    events, steps, tasks = conduct.events, conduct.book.steps, conduct.tasks
    reviews, is_review = held_reviews(conduct)
    children = np.flatnonzero(events.is_child & (events.deleted == NONE))
    children = children[is_review[events.parent[children]]]
    event = np.concatenate([reviews, events.parent[children]])
    who = np.concatenate([events.owner[reviews], events.owner[children]])
    since, until = events.start[event], _end(conduct, event) + OUTCOME_WITHIN
    before = np.where(steps.is_first, steps.owner, np.append(NONE, steps.owner[:-1]))
    marks = [(steps.owner, steps.at), (before, steps.at), (tasks.owner, tasks.entered), (tasks.creator, tasks.entered)]
    has_any = np.zeros(event.size, dtype=bool)
    for owner, at in marks:
        keys = np.sort(owner * SHIFT + at)
        first, last = (np.searchsorted(keys, who * SHIFT + edge, side="right") for edge in (since, until))
        has_any |= last > first
    fruitful = np.zeros(len(events), dtype=bool)
    fruitful[event[has_any]] = True
    bare = reviews[~fruitful[reviews]]
    bare = bare[_end(conduct, bare) + OUTCOME_WITHIN < conduct.era.end]
    reason = "No deal changed and no task made by anyone who was there, for 48 hours."
    yield from found("MGR-06", "Event", bare, _end(conduct, bare) + OUTCOME_WITHIN, events.deleted[bare], reason)


def _uninspected(conduct: Conduct) -> Iterator[Facts]:
    weeks, seen = conduct.weeks, conduct.inspections
    size = weeks.mondays.size
    cell = weeks.place[seen.manager] * size + (seen.monday - weeks.mondays[0]) // WEEK
    count = weeks.managers.size * size
    total = np.bincount(cell, seen.amount, count)
    taken = np.bincount(cell, seen.amount * seen.is_inspected, count)
    rows = np.flatnonzero((total > 0) & (taken < INSPECTED_SHARE * total))
    since = weeks.mondays[rows % size] + JUDGED_AT
    texts = [f"Only {percent} percent of the Commit amount was inspected." for percent in range(100)]
    share = (taken[rows] * 100 / total[rows]).astype(np.int64)
    who = weeks.managers[rows // size]
    yield from found("MGR-08", "User", who, since, since + WEEK, *texts, which=share)


def _meddling(conduct: Conduct) -> Iterator[Facts]:
    """Managers who saved over a fifth of their reports' stage moves, of twenty or more in the last 90 days."""
    steps, staff = conduct.book.steps, conduct.staff
    rows = np.flatnonzero(~steps.same(steps.stage) & ~steps.is_first & ~steps.is_deleted)
    manager = staff.managers_at(steps.owner[rows], steps.at[rows])
    rows, manager = rows[manager != NONE], manager[manager != NONE]
    own = (steps.by[rows] == manager).astype(np.int64)
    at = np.concatenate([steps.at[rows], steps.at[rows] + MOVES_WITHIN])
    who = np.tile(manager, 2)
    number = np.repeat([1, -1], rows.size)
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    count, mine = np.cumsum(number[order]), np.cumsum(np.concatenate([own, -own])[order])
    settled = np.append((who[1:] != who[:-1]) | (at[1:] != at[:-1]), True)
    holds = (count >= MOVES_LEAST) & (mine > MOVED_SHARE * count)
    spans = flag_spans(who[settled], at[settled], holds[settled])
    kept = spans.since < conduct.era.end
    reason = "The manager made over a fifth of the team's stage moves."
    yield from found("MGR-10", "User", spans.who[kept], spans.since[kept], spans.until[kept], reason)


def _forgotten(conduct: Conduct) -> Iterator[Facts]:
    tasks = conduct.tasks
    since = tasks.due // DAY * DAY + OVERDUE
    late = (tasks.completed == NONE) | (tasks.completed > since)
    rows = np.flatnonzero((tasks.kind == REVIEW_ACTION) & late & (since < conduct.era.end))
    until = _first(tasks.completed[rows], tasks.deleted[rows])
    reason = "A review action open more than 7 days after it was due."
    yield from found("MGR-11", "Task", rows, since[rows], until, reason)


def _first(left: Ints, right: Ints) -> Any:
    return np.where(left == NONE, right, np.where(right == NONE, left, np.minimum(left, right)))
