"""Stages that were left out (PATH-01): a deal stands, or stood, beyond one of its own process and was never in it.

Judged by the process of the record type that the deal has at the time, by all the stages it has been in: it may have
left its process between two of them. A win stands beyond all; the stages before the first of its own count for none.
"""

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import DEPTHS, LOST_STAGE, ORDERS, WON_STAGE
from connectors.sandbox.simulate.truth.deal_facts import stage_order
from connectors.sandbox.simulate.truth.facts import Facts, facts

Path = tuple[int, ...]


def skips(book: Book) -> Facts:
    """From the move past a stage until it is made up for, if ever, or the deal is deleted."""
    steps, deals = book.steps, book.deals
    marks = np.flatnonzero((~steps.same(steps.stage) | ~steps.same(steps.record_type)) & ~steps.is_deleted)
    marks = marks[_is_candidate(book)[steps.deal[marks]]]
    judged: dict[tuple[int, Path], bool] = {}
    found: list[list[int]] = []  # deal, since, until
    path: list[int] = []
    before, holds = NONE, False
    columns = (steps.deal[marks], steps.at[marks], steps.stage[marks], steps.record_type[marks])
    for deal, at, stage, process in zip(*(column.tolist() for column in columns), strict=True):
        if deal != before:
            path, before, holds = [], deal, False
        path.append(stage)
        key = (process, tuple(path))
        if key not in judged:
            judged[key] = has_skipped(*key)
        if judged[key] and not holds:
            found.append([deal, at, int(deals.deleted_at[deal])])
        if holds and not judged[key]:
            found[-1][2] = at
        holds = judged[key]
    told = np.array(found, dtype=np.int64).reshape(-1, 3)
    ids = frames.ids("006", book.numbers).take(pa.array(told[:, 0]))
    return facts("PATH-01", "left out a stage", ids, told[:, 1], told[:, 2])


def has_skipped(process: int, path: Path) -> bool:
    """Whether a deal of a process that has been in the stages of `path`, in this order, has left one out."""
    if process == NONE:
        return False
    places = [_place(process, stage) for stage in path]
    own = [place for place in places if place != NONE]
    passed = [place for place in own if place <= DEPTHS[process]]
    missing = set(range(own[0] + 1, max(passed))) - set(own) if passed else set()
    return bool(missing)


def _place(process: int, stage: int) -> int:
    """The place of an open stage among its process's, a win above them and a loss above it; NONE for other stages."""
    if stage in (WON_STAGE, LOST_STAGE):
        return int(DEPTHS[process]) + (stage == LOST_STAGE)
    return int(ORDERS[process, stage])


def _is_candidate(book: Book) -> Ints:
    """By deal whether it ever moved on by more than one place, or changed its process: few do."""
    steps = book.steps
    depth = np.where(steps.record_type == NONE, NONE, DEPTHS[steps.record_type])
    place = np.where(steps.is_won, depth, stage_order(book))
    own = np.flatnonzero(place != NONE)
    far = (steps.deal[own][1:] == steps.deal[own][:-1]) & (place[own][1:] - place[own][:-1] > 1)
    flags = np.zeros(len(book.deals), dtype=bool)
    flags[steps.deal[own][1:][far]] = True
    flags[steps.deal[~steps.same(steps.record_type) & ~steps.is_first]] = True
    return flags
