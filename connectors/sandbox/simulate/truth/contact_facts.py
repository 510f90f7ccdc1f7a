"""What is wrong with what is done about deals: activities, contact roles and quotes (the other rules OPP-*, PATH-11).

Spans during which something is lacking are put together as sets of instants: a span begins or ends where a deal's
versions, its roles, quotes or activities change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book, Flags
from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.deals.opportunities import close_date_moves
from connectors.sandbox.simulate.deals.quotes import Quotes
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import CATEGORIES, PROCESSES, STAGE_CODES, STAGES
from connectors.sandbox.simulate.truth.deal_facts import is_open
from connectors.sandbox.simulate.truth.facts import Facts, facts, runs
from connectors.sandbox.simulate.truth.findings import Spans
from connectors.sandbox.simulate.work.conduct import Conduct

IDLE_LIMITS = {"Prospecting": 14, "Qualification": 14, "Discovery": 14, "Proposal": 10, "Negotiation": 7}
RENEWAL_LIMITS = {"Renewal Review": 21, "Proposal": 14, "Negotiation": 10}
DEFAULT_LIMIT, COMMIT_IDLE_DAYS, COMMIT_PUSHES, LEAST_ROLES = 21, 14, 2, 2
NEVER = np.int64(1) << 40
FAR = np.int64(1) << 33  # beyond all instants, and small enough for spans
_SHIFT = np.int64(1) << 41


def contact_facts(era: Era, book: Book, roles: ContactRoles, conduct: Conduct, quotes: Quotes) -> Iterator[Facts]:
    done, planned, met = _done(conduct), _planned(era, conduct), _met(conduct)
    second, primary = _nth(roles.deal, roles.added, len(book.deals), 2), _first_primary(book, roles)
    steps, open_ = book.steps, is_open(book)
    late = steps.stage >= STAGE_CODES["Proposal"]
    yield _lacking(book, "OPP-17", "fewer than two contact roles at this stage", open_ & late, second)
    yield _lacking(book, "OPP-18", "no primary contact role", open_, primary)
    yield _lacking(book, "PATH-11", "a proposal before any meeting", open_ & late, met)
    idle = _idle_spans(book, done, _limits(book), open_)
    yield _told(book, "OPP-04", "nothing done within the stage's limit", *idle)
    yield _unplanned(book, planned, open_)
    yield from _commits(book, done, primary)
    yield _bare_wins(book, roles, quotes)


@dataclass(slots=True)
class _Done:
    """All that was done about deals, by deal and day: until the end of which day it counts, and while it is on record.

    A task that was written down on a later day happened on the day that it says, else when it was completed.
    """

    deal: Ints
    day_end: Ints
    known: Ints
    gone: Ints

    @property
    def keys(self) -> Ints:
        return self.deal * _SHIFT + self.day_end


def _done(conduct: Conduct) -> _Done:
    tasks, events = conduct.tasks, conduct.events
    told = (tasks.deal != NONE) & ~tasks.is_unlinked & (tasks.completed != NONE) & ~tasks.is_pattern
    is_late = tasks.due // DAY < tasks.entered // DAY
    day = np.where(is_late, tasks.due, tasks.completed) // DAY
    held = (events.deal != NONE) & ~events.is_unlinked & events.is_held & ~events.is_child
    over = events.begins + events.minutes * 60
    deal = np.concatenate([tasks.deal[told], events.deal[held]]).astype(np.int64)
    day_end = (np.concatenate([day[told], events.begins[held] // DAY]) + 1) * DAY
    known = np.concatenate([tasks.completed[told], np.maximum(over, events.entered)[held]])
    gone = np.concatenate([tasks.deleted[told], events.deleted[held]])
    order = np.lexsort((day_end, deal))
    return _Done(deal[order], day_end[order], known[order], np.where(gone == NONE, NEVER, gone)[order])


def _planned(era: Era, conduct: Conduct) -> tuple[Ints, Ints, Ints]:
    """(deal, since, until) of spans with something ahead: an open task that is not overdue, an event to come."""
    tasks, events = conduct.tasks, conduct.events
    done = np.where(tasks.completed == NONE, NEVER, tasks.completed)
    gone = np.where(tasks.deleted == NONE, NEVER, tasks.deleted)
    until = np.minimum(np.minimum(done, gone), (tasks.due // DAY + 1) * DAY)
    kept = (tasks.deal != NONE) & ~tasks.is_unlinked & (tasks.entered < until) & (tasks.entered < era.end)
    gone = np.where(events.deleted == NONE, NEVER, events.deleted)
    begins = np.minimum(events.begins, gone)
    ahead = (events.deal != NONE) & ~events.is_unlinked & ~events.is_pattern & (events.entered < begins)
    return (
        np.concatenate([tasks.deal[kept], events.deal[ahead]]),
        np.concatenate([tasks.entered[kept], events.entered[ahead]]),
        np.concatenate([until[kept], begins[ahead]]),
    )


def _met(conduct: Conduct) -> Ints:
    """Per deal when its first meeting was held."""
    events = conduct.events
    held = (events.deal != NONE) & ~events.is_unlinked & events.is_held & ~events.is_child
    first = np.full(len(conduct.book.deals), NEVER, dtype=np.int64)
    np.minimum.at(first, events.deal[held], events.begins[held])
    return first


def _nth(deal: Ints, at: Ints, count: int, number: int) -> Ints:
    """Per deal the instant of its `number`-th row, NEVER if there are fewer."""
    order = np.lexsort((at, deal))
    deal, at = deal[order], at[order]
    starts = np.searchsorted(deal, np.arange(count + 1))
    place = starts[:-1] + number - 1
    return np.where(place < starts[1:], np.append(at, NEVER)[np.minimum(place, at.size)], NEVER)


def _first_primary(book: Book, roles: ContactRoles) -> Ints:
    chosen = np.asarray(roles.is_primary, dtype=bool)
    return _nth(roles.deal[chosen], roles.added[chosen], len(book.deals), 1)


def _lacking(book: Book, rule: str, reason: str, holds: Flags, mended: Ints) -> Facts:
    """While a step is one of `holds`, until the deal has what it lacks at the instant `mended`."""
    steps = book.steps
    where = np.flatnonzero(holds)
    until = np.where(steps.until[where] == NONE, NEVER, steps.until[where])
    until = np.minimum(until, mended[steps.deal[where]])
    return _told(book, rule, reason, steps.deal[where], steps.at[where], until)


def _told(book: Book, rule: str, reason: str, deal: Ints, since: Ints, until: Ints) -> Facts:
    ids = frames.ids("006", book.numbers).take(pa.array(deal))
    return facts(rule, reason, ids, since, np.where(until >= NEVER, NONE, until))


def _limits(book: Book) -> Ints:
    """Days that each step's stage may be idle, in seconds."""
    table = np.full((len(PROCESSES) + 1, len(STAGES)), DEFAULT_LIMIT)
    for row, process in enumerate(PROCESSES):
        limits = RENEWAL_LIMITS if process.record_type == "Renewal" else IDLE_LIMITS
        for name, _ in process.stages:
            table[row, STAGE_CODES[name]] = limits[name]
    return np.asarray(table[book.steps.record_type, book.steps.stage] * DAY, dtype=np.int64)


def _idle_spans(book: Book, done: _Done, limit: Any, holds: Flags) -> tuple[Ints, Ints, Ints]:
    """(deal, since, until) of the time within the steps of `holds` in which nothing on record lies within the limit.

    The limit is in seconds; a deal that nothing was done about has been idle since it was made.
    """
    steps = book.steps
    state = np.where(holds, limit, NONE)
    begins, ends = runs(steps.is_first, state)
    begins, ends = (each[state[begins] != NONE] for each in (begins, ends))
    run, deal, since, allowed = np.arange(begins.size), steps.deal[begins], steps.at[begins], state[begins]
    until = np.where(steps.until[ends - 1] == NONE, FAR, steps.until[ends - 1])
    first = np.searchsorted(done.keys, deal * _SHIFT + since - allowed, side="right")
    last = np.searchsorted(done.keys, deal * _SHIFT + until + DAY, side="right")
    pieces = last - first
    whose = np.repeat(run, pieces)
    which = np.arange(whose.size) - np.repeat(np.cumsum(pieces) - pieces, pieces) + np.repeat(first, pieces)
    counts_until = np.minimum(done.day_end[which] + allowed[whose], done.gone[which])
    born = book.deals.created[deal]
    busy = Spans(
        np.concatenate([whose, run]),
        np.concatenate([done.known[which], born]),
        np.concatenate([counts_until, (born // DAY + 1) * DAY + allowed]),
    )
    idle = Spans(run, since, until).without(busy)
    return deal[idle.who], idle.since, np.where(idle.until == FAR, NEVER, idle.until)


def _unplanned(book: Book, planned: tuple[Ints, Ints, Ints], open_: Flags) -> Facts:
    """Spans within open versions with nothing ahead: what the union of the planned spans leaves."""
    deal, since, until = planned
    order = np.lexsort((since, deal))
    deal, since, until = deal[order], since[order], until[order]
    reach = np.maximum.accumulate(deal * _SHIFT + until) if deal.size else deal
    begins = np.concatenate([[True], deal[1:] * _SHIFT + since[1:] > reach[:-1]])[: deal.size]
    first = np.flatnonzero(begins)
    ends = (reach[np.append(first[1:], deal.size) - 1] - deal[first] * _SHIFT) if deal.size else deal
    spans = (deal[first], since[first], ends)
    steps = book.steps
    entering = np.flatnonzero(open_ & ~np.concatenate([[False], open_[:-1] & ~steps.is_first[1:]]))
    leaving = np.flatnonzero(open_ & ~np.append(open_[1:] & ~steps.is_first[1:], False))
    stop = np.where(steps.until[leaving] == NONE, NEVER, steps.until[leaving])
    whose, start = steps.deal[entering], steps.at[entering]
    keys = spans[0] * _SHIFT
    low = np.searchsorted(keys + spans[2], whose * _SHIFT + start, side="right")
    high = np.searchsorted(keys + spans[1], whose * _SHIFT + stop, side="left")
    pieces = np.maximum(high - low, 0) + 1
    row = np.repeat(np.arange(whose.size), pieces)
    place = np.arange(row.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    span = low[row] + place
    from_ = np.where(place == 0, start[row], np.append(spans[2], NEVER)[np.maximum(span - 1, 0)])
    to = np.where(place == pieces[row] - 1, stop[row], np.append(spans[1], NEVER)[np.minimum(span, len(spans[1]))])
    kept = from_ < to
    return _told(book, "OPP-05", "nothing planned", whose[row][kept], from_[kept], to[kept])


def _commits(book: Book, done: _Done, primary: Ints) -> Iterator[Facts]:
    """Commit without evidence, one fact for each kind of evidence that is missing."""
    steps = book.steps
    commit = is_open(book) & (steps.category == CATEGORIES.index("Forecast"))
    yield _lacking(book, "OPP-15", "committed without a primary contact", commit, primary)
    pushed = commit & (close_date_moves(steps) >= COMMIT_PUSHES)
    always = np.full(len(book.deals), NEVER)
    yield _lacking(book, "OPP-15", "committed though put off twice", pushed, always)
    idle = _idle_spans(book, done, COMMIT_IDLE_DAYS * DAY, commit)
    yield _told(book, "OPP-15", "committed though idle for 14 days", *idle)


def _bare_wins(book: Book, roles: ContactRoles, quotes: Quotes) -> Facts:
    steps, count = book.steps, len(book.deals)
    quoted = _nth(quotes.deal, quotes.created, count, 1)
    met = _nth(roles.deal, roles.added, count, 1)
    won = np.flatnonzero(steps.is_won & ~steps.is_deleted)
    deal = steps.deal[won]
    is_bare = (np.nan_to_num(steps.amount[won]) == 0) | (quoted[deal] > steps.at[won]) | (met[deal] > steps.at[won])
    where, deal = won[is_bare], deal[is_bare]
    until = np.where(steps.until[where] == NONE, NEVER, steps.until[where])
    until = np.where(np.isin(deal, quotes.deal), np.minimum(until, np.maximum(met[deal], steps.at[where])), until)
    return _told(book, "OPP-21", "won without amount, contact role or quote", deal, steps.at[where], until)
