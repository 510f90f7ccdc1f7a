"""What is wrong with the paths of deals through the stages (rules PATH-*), and with sellers' ways with them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import DEPTHS, LOST_STAGE, ORDERS, STAGE_CODES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants
from connectors.sandbox.simulate.truth.deal_facts import stage_order
from connectors.sandbox.simulate.truth.facts import Facts, facts
from connectors.sandbox.simulate.truth.skips import skips

MANY_ENTRIES, FAST_STAGES, LEAST_COST = 3, 3, 2
SWEPT_DEALS, SWEEP_SECONDS = 8, 900
SLANT_REASONS = {
    "OPP-11": "enters round amounts",
    "OPP-16": "means the quarter's last day by every close date",
    "PATH-09": "moves deals in the last days of the quarter",
    "PATH-10": "goes a way of their own through the stages",
    "PATH-12": "enters deals when they are as good as won",
    "PATH-13": "commits deals lightly",
}


def path_facts(era: Era, staff: Staff, book: Book, slants: Slants) -> Iterator[Facts]:
    entries = np.flatnonzero(~book.steps.same(book.steps.stage) & ~book.steps.is_deleted)
    yield skips(book)
    yield from _moves(book, entries)
    yield from _repeats(book, entries)
    yield from _alignments(book, entries)
    yield from _types(book)
    yield _sweeps(staff, book)
    yield from _slanted(era, staff, slants)


def _tell(rule: str, reason: str, book: Book, where: Ints) -> Facts:
    """The first of the steps `where` of each deal begins it; it holds until the deal is deleted."""
    deal, first = np.unique(book.steps.deal[where], return_index=True)
    ids = frames.ids("006", book.numbers).take(pa.array(deal))
    return facts(rule, reason, ids, book.steps.at[where[first]], book.deals.deleted_at[deal])


def _moves(book: Book, entries: Ints) -> Iterator[Facts]:
    """Steps back among the stages of the deal's own process, and stages that are none of it."""
    steps, order = book.steps, stage_order(book)
    before, after = entries[:-1], entries[1:]
    is_move = (steps.deal[before] == steps.deal[after]) & (order[before] != NONE) & (order[after] != NONE)
    jump = np.where(is_move, order[after] - order[before], 0)
    yield _tell("PATH-02", "moved back", book, after[jump < 0])
    is_outside = (order[entries] == NONE) & ~steps.is_closed[entries] & (steps.record_type[entries] != NONE)
    yield _tell("PATH-04", "in a stage of another process", book, entries[is_outside])


def _repeats(book: Book, entries: Ints) -> Iterator[Facts]:
    steps = book.steps
    open_ = entries[~steps.is_closed[entries]]
    order = np.lexsort((steps.at[open_], steps.stage[open_], steps.deal[open_]))
    sorted_ = open_[order]
    lag = MANY_ENTRIES - 1
    same = (steps.deal[sorted_[lag:]] == steps.deal[sorted_[:-lag]]) & (
        steps.stage[sorted_[lag:]] == steps.stage[sorted_[:-lag]]
    )
    yield _tell("PATH-03", "in one stage three times", book, np.sort(sorted_[lag:][same]))
    lag = FAST_STAGES - 1
    fast = (steps.deal[entries[lag:]] == steps.deal[entries[:-lag]]) & (
        steps.at[entries[lag:]] - steps.at[entries[:-lag]] <= HOUR
    )
    yield _tell("PATH-07", "three stages within an hour", book, entries[lag:][fast])


def _alignments(book: Book, entries: Ints) -> Iterator[Facts]:
    """Closed deals whose stages differ from their process's own way by two moves or more.

    The way of a lost deal may end early. By dynamic programming for each path that occurs, each distinct one once.
    """
    steps = book.steps
    ended = np.flatnonzero(steps.is_closed & ~steps.is_deleted & ((steps.until == NONE) | (steps.until > steps.at)))
    last_closed = np.full(len(book.deals), NONE, dtype=np.int64)
    last_closed[steps.deal[ended]] = ended
    begins = np.searchsorted(steps.deal[entries], np.arange(len(book.deals) + 1))
    costs: dict[tuple[int, bool, tuple[int, ...]], int] = {}
    found = []
    for deal in np.flatnonzero(last_closed != NONE).tolist():
        last = int(last_closed[deal])
        process = int(steps.record_type[last])
        if process == NONE:
            continue
        path = tuple(steps.stage[entries[begins[deal] : begins[deal + 1]]].tolist())
        open_path = tuple(stage for stage in path if stage < LOST_STAGE - 1)
        key = (process, bool(steps.is_won[last]), open_path)
        if key not in costs:
            costs[key] = _cost(*key)
        if costs[key] >= LEAST_COST:
            found.append(last)
    where = np.array(found, dtype=np.int64)
    yield _tell("PATH-06", "two moves or more from its process's way", book, where)


def _cost(process: int, is_won: bool, path: tuple[int, ...]) -> int:
    """Insertions and deletions to the own way of the process; a lost deal's may end anywhere."""
    own = np.argsort(ORDERS[process])[-DEPTHS[process] :].tolist()
    row = list(range(len(own) + 1))
    for stage in path:
        following = [row[0] + 1]
        for place, wanted in enumerate(own, 1):
            best = min(row[place], following[place - 1]) + 1
            following.append(min(best, row[place - 1]) if stage == wanted else best)
        row = following
    return row[-1] if is_won else min(row)


def _types(book: Book) -> Iterator[Facts]:
    steps, deals = book.steps, book.deals
    ids = frames.ids("006", book.numbers)
    without = np.flatnonzero(steps.is_first & (steps.record_type == NONE))
    deal = steps.deal[without]
    gone = deals.deleted_at[deal]
    yield facts("PATH-05", "no record type", ids.take(pa.array(deal)), steps.at[without], gone)
    changed = np.flatnonzero(~steps.same(steps.record_type) & ~steps.is_first)
    late = changed[steps.stage[changed] >= STAGE_CODES["Proposal"]]
    yield _tell("PATH-14", "record type switched late", book, late)


def _sweeps(staff: Staff, book: Book) -> Facts:
    """Who changes eight deals or more within a quarter of an hour; the fact is about the user, from the eighth on."""
    steps = book.steps
    changes = np.flatnonzero(~steps.is_first & ~steps.is_deleted)
    order = changes[np.lexsort((steps.at[changes], steps.by[changes]))]
    lag = SWEPT_DEALS - 1
    first, last = order[:-lag], order[lag:]
    near = (steps.by[first] == steps.by[last]) & (steps.at[last] - steps.at[first] <= SWEEP_SECONDS)
    found: dict[int, int] = {}
    for place in np.flatnonzero(near).tolist():
        begun, user = int(steps.at[order[place]]), int(steps.by[order[place]])
        if user not in found and (eighth := _swept_at(steps, order[place:], user, begun + SWEEP_SECONDS)) is not None:
            found[user] = eighth
    users = np.array(sorted(found), dtype=np.int64)
    since = np.array([found[each] for each in users.tolist()], dtype=np.int64)
    reason = "changed eight deals in 15 minutes"
    return facts("PATH-08", reason, pa.array(staff.ids[users], pa.string()), since, NONE, "User")


def _swept_at(steps: Any, following: Ints, user: int, until: int) -> int | None:
    """When `user` changes the last of enough different deals, if by `until`; a deal may be changed twice."""
    seen: set[int] = set()
    for step in following:
        if steps.by[step] != user or steps.at[step] > until:
            return None
        seen.add(int(steps.deal[step]))
        if len(seen) >= SWEPT_DEALS:
            return int(steps.at[step])
    return None


def _slanted(era: Era, staff: Staff, slants: Slants) -> Iterator[Facts]:
    """Sellers with a slant, as long as they hold their slot: planted, whatever a threshold makes of it."""
    for rule, flags in slants.by_rule.items():
        people: Any = np.flatnonzero((staff.slots_of != NONE) & flags[staff.slots_of])
        since = np.maximum(staff.starts[people], era.start)
        ids = pa.array(staff.ids[people], pa.string())
        yield facts(rule, SLANT_REASONS[rule], ids, since, staff.ends[people], "User")
