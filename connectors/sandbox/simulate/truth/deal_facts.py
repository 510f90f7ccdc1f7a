"""What is wrong with single deals (rules OPP-*), from the steps of the book alone.

Contacts, activities, quotes and line items have their own: `contact_facts`, `item_facts`. Rules about the paths
through the stages: `path_facts`. Found by arrays over the deals' lives, by other means than the product finds them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book, Flags
from connectors.sandbox.simulate.deals.opportunities import close_date_moves
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.fiscal import quarters_of
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import (
    CYCLES,
    MEDIAN_DAYS,
    ORDERS,
    PROBABILITIES,
    RENEWAL_CODE,
    STAGE_CATEGORIES,
    STAGE_CODES,
)
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.truth.facts import Facts, facts, runs

MANY_PUSHES, MANY_QUARTERS = 3, 2
UNCHANGED_DAYS, TWIN_DAYS, LATE_DAYS, CUT_DAYS = 14, 30, 7, 7
TWIN_SHARE, CUT_SHARE = 0.05, 0.3
STUCK_FACTOR, OLD_FACTOR = 4.5, 3.2  # far above the P90 of won deals' stages and twice their median cycle


def deal_facts(era: Era, staff: Staff, book: Book) -> Iterator[Facts]:
    yield from _while_true(era, staff, book)
    yield from _unchanged(book)
    yield from _too_long(book)
    yield from _of_endings(book)
    yield from _of_deals(book)
    yield _twins(book)


def is_open(book: Book) -> Flags:
    return np.asarray(~book.steps.is_closed & ~book.steps.is_deleted)


def needs_amount(book: Book) -> Flags:
    """Whether each step's stage asks for an amount: from the proposal on, in renewals always."""
    steps = book.steps
    is_late = steps.stage >= STAGE_CODES["Proposal"]
    return np.asarray(is_open(book) & (is_late | (steps.record_type == RENEWAL_CODE)))


def _while_true(era: Era, staff: Staff, book: Book) -> Iterator[Facts]:
    """Rules that hold as long as a version is as it is."""
    steps, open_ = book.steps, is_open(book)
    ids = frames.ids("006", book.numbers)
    left = staff.ends[steps.owner]
    pushes, quarters = close_date_moves(steps), _quarter_moves(era, book)
    default = steps.probability == PROBABILITIES[steps.stage]
    usual = steps.category == STAGE_CATEGORIES[steps.stage]
    lacks = np.isnan(steps.amount) | (steps.amount == 0)
    rules: tuple[tuple[str, str, Flags, Any], ...] = (
        ("OPP-01", "the close date has passed", open_, (steps.close + 1) * DAY),
        ("OPP-02", "no next step is written", open_ & (steps.next_step == NONE), 0),
        ("OPP-08", "put off three times or more", open_ & (pushes >= MANY_PUSHES), 0),
        ("OPP-09", "put off to a later quarter twice or more", open_ & (quarters >= MANY_QUARTERS), 0),
        ("OPP-10", "the stage asks for an amount", needs_amount(book) & lacks, 0),
        ("OPP-19", "a field of an earlier exit is missing", open_ & _lacks_exit_field(book), 0),
        ("OPP-13", "probability is not the stage's", open_ & ~default, 0),
        ("OPP-14", "forecast category is not the stage's", open_ & ~usual, 0),
        ("OPP-26", "the owner has left", open_ & (left != NONE), left),
    )
    for rule, reason, holds, begins in rules:
        where = np.flatnonzero(holds)
        since = np.maximum(steps.at, begins)[where]
        yield facts(rule, reason, ids.take(pa.array(steps.deal[where])), since, steps.until[where])


def _lacks_exit_field(book: Book) -> Flags:
    """A next step is asked for when the first stage is left, an amount when the second one is."""
    steps, order = book.steps, stage_order(book)
    no_step = (order >= 1) & (steps.next_step == NONE)
    no_amount = (order >= 2) & (np.isnan(steps.amount) | (steps.amount == 0))
    return np.asarray(no_step | no_amount)


def _quarter_moves(era: Era, book: Book) -> Ints:
    steps = book.steps
    quarter = quarters_of(steps.close, era.fiscal_month)
    later = np.concatenate([[False], quarter[1:] > quarter[:-1]]) & ~steps.is_first & ~steps.is_closed
    running = np.cumsum(later)
    return np.asarray(running - running[steps.first], dtype=np.int64)


def _unchanged(book: Book) -> Iterator[Facts]:
    steps, ids = book.steps, frames.ids("006", book.numbers)
    state = np.where(is_open(book), steps.next_step, NONE)
    begins, ends = runs(steps.is_first, state)
    kept = state[begins] != NONE
    begins, ends = begins[kept], ends[kept]
    since = steps.at[begins] + UNCHANGED_DAYS * DAY + 1
    whose = ids.take(pa.array(steps.deal[begins]))
    yield facts("OPP-03", "the next step has not changed for 14 days", whose, since, steps.until[ends - 1])


def _too_long(book: Book) -> Iterator[Facts]:
    """Deals so long in a stage, or open at all, that no threshold drawn from won deals spares them."""
    steps, deals, ids = book.steps, book.deals, frames.ids("006", book.numbers)
    state = np.where(is_open(book), steps.stage, NONE)
    begins, ends = runs(steps.is_first, state)
    kept = (state[begins] != NONE) & (deals.quiet_from[steps.deal[begins]] != NONE)
    begins, ends = begins[kept], ends[kept]
    process = deals.process[steps.deal[begins]]
    since = steps.at[begins] + (STUCK_FACTOR * MEDIAN_DAYS[process, state[begins]] * DAY).astype(np.int64)
    whose = ids.take(pa.array(steps.deal[begins]))
    yield facts("OPP-06", "adrift in its stage", whose, since, steps.until[ends - 1])
    drifting = np.flatnonzero(deals.quiet_from != NONE)
    since = deals.created[drifting] + (OLD_FACTOR * CYCLES[deals.process[drifting]] * DAY).astype(np.int64)
    yield facts("OPP-07", "open and adrift", ids.take(pa.array(drifting)), since, deals.ended[drifting])


def _of_endings(book: Book) -> Iterator[Facts]:
    steps, ids = book.steps, frames.ids("006", book.numbers)
    alive = ~steps.is_deleted

    def told(rule: str, reason: str, where: Ints, since: Ints, until: Ints) -> Facts:
        return facts(rule, reason, ids.take(pa.array(steps.deal[where])), since, until)

    lost = np.flatnonzero(steps.is_closed & ~steps.is_won & alive & (steps.loss_reason == NONE))
    yield told("OPP-20", "lost without a reason", lost, steps.at[lost], steps.until[lost])
    won = np.flatnonzero(steps.is_won & alive)
    day = steps.at[won] // DAY
    is_far = np.abs(steps.close[won] - day) > LATE_DAYS
    is_ahead = steps.close[won] > day
    until = np.where(is_far, steps.until[won], _earlier(steps.close[won] * DAY, steps.until[won]))
    held = np.flatnonzero(is_far | is_ahead)
    yield told("OPP-22", "the close date is not the day of the win", won[held], steps.at[won][held], until[held])
    entered = won[~steps.is_first[won]]
    entered = entered[~steps.is_won[entered - 1]]
    before = _amounts_before(book, entered)
    cut = entered[before > steps.amount[entered] / (1 - CUT_SHARE)]
    yield told("OPP-28", "cut by over 30 % in the week before the win", cut, steps.at[cut], steps.until[cut])


def _amounts_before(book: Book, wins: Ints) -> Any:
    """The greatest amount that each deal had in the seven days before the win at step `wins`."""
    steps = book.steps
    greatest = np.nan_to_num(steps.amount[wins - 1])
    step = wins - 1
    active = np.ones(wins.size, dtype=bool)
    while active.any():
        since = steps.at[wins] - CUT_DAYS * DAY
        active = active & ~steps.is_first[step] & (steps.at[step] > since)
        step = np.where(active, step - 1, step)
        greatest = np.where(active, np.maximum(greatest, np.nan_to_num(steps.amount[step])), greatest)
    return greatest


def _earlier(left: Ints, right: Ints) -> Ints:
    return np.where(right == NONE, left, np.minimum(left, right))


def _of_deals(book: Book) -> Iterator[Facts]:
    """Rules about a deal as a whole: they hold until it is deleted."""
    deals, steps, ids = book.deals, book.steps, frames.ids("006", book.numbers)
    closing = np.flatnonzero(steps.is_closed & ~steps.is_deleted)
    closing = closing[::-1]  # the first closing is written last
    closed = np.full(len(deals), NONE, dtype=np.int64)
    closed[steps.deal[closing]] = steps.at[closing]
    on_one_day = (closed != NONE) & (closed // DAY == deals.created // DAY)
    for rule, reason, holds, since in (
        ("OPP-23", "closed on the day it was made", on_one_day, closed),
        ("OPP-24", "reopened after it was closed", deals.reopened_at != NONE, deals.reopened_at),
        ("OPP-27", "no account", deals.account == NONE, deals.created),
    ):
        where = np.flatnonzero(holds)
        yield facts(rule, reason, ids.take(pa.array(where)), since[where], deals.deleted_at[where])


def _twins(book: Book) -> Facts:
    """Open deals of one account and type, made within 30 days, while their amounts are within 5 %."""
    deals = book.deals
    order = np.lexsort((deals.created, deals.process, deals.account))
    order = order[deals.account[order] != NONE]
    found: list[tuple[int, int, int]] = []
    for lag in range(1, 5):
        left, right = order[:-lag], order[lag:]
        near = (deals.account[left] == deals.account[right]) & (deals.process[left] == deals.process[right])
        near &= deals.created[right] - deals.created[left] <= TWIN_DAYS * DAY
        for first, second in zip(left[near].tolist(), right[near].tolist(), strict=True):
            for since, until in _alike(book, first, second):
                found += [(first, since, until), (second, since, until)]
    told = np.array(found, dtype=np.int64).reshape(-1, 3)
    ids = frames.ids("006", book.numbers).take(pa.array(told[:, 0]))
    return facts("OPP-25", "a deal like it is open too", ids, told[:, 1], told[:, 2])


def _alike(book: Book, first: int, second: int) -> Iterator[tuple[int, int]]:
    """Spans in which both deals are open with amounts within 5 %, one after another."""
    steps, starts = book.steps, book.starts
    for mine in range(int(starts[first]), int(starts[first + 1])):
        for other in range(int(starts[second]), int(starts[second + 1])):
            pair = (mine, other)
            if any(steps.is_closed[each] or steps.is_deleted[each] for each in pair):
                continue
            left, right = (float(steps.amount[each]) for each in pair)
            if not abs(left - right) <= TWIN_SHARE * max(left, right):
                continue
            since = max(int(steps.at[each]) for each in pair)
            ends = [int(steps.until[each]) for each in pair if steps.until[each] != NONE]
            if not ends or since < min(ends):
                yield since, min(ends) if ends else NONE


def stage_order(book: Book) -> Ints:
    """The place of each step's stage in the process of its record type; NONE outside of it and when closed."""
    steps = book.steps
    return np.where(steps.record_type == NONE, NONE, ORDERS[steps.record_type, steps.stage])
