"""The book of deals as parallel arrays: one row per deal, and one per saved version (step) of a deal.

What fills it is the business of `pipeline`; what is made of it that of the tables. Codes are indexes: of
processes into `PROCESSES`, stages into `STAGES`, categories into `CATEGORIES`, sources into `SOURCES`, products
into `PRODUCTS`, next steps into `opportunities.NEXT_STEP_TEXTS`, loss reasons into `LOSS_REASONS`,
owners into the staff's people.
Instants are UTC seconds, `close` is a day number, NONE is nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import LOST_STAGE, WON_STAGE

PART_DEALS = 100_000  # a part's tables fit into memory beside the book

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Deals:
    """One row per deal, in order of creation.

    `ended` is when it was closed or deleted for good (NONE: open at the end of simulated time), `quiet_from` when
    activity dies down though it is open. `is_won` tells how it ended, deleted deals are not won.
    """

    process: Ints
    slot: Ints
    account: Ints
    source: Ints
    product: Ints
    created: Ints
    ended: Ints
    deleted_at: Ints
    reopened_at: Ints
    quiet_from: Ints
    is_won: Flags
    is_following: Flags
    is_born_closed: Flags

    def __len__(self) -> int:
        return self.created.size


@dataclass(frozen=True)
class Steps:
    """One row per saved version, in order of deal and time. `deal` indexes the deals of the same book.

    A step is true from `at` until `until` (NONE: for good). `by` saved it, `owner` owns the deal from then on.
    `amount` is NaN where none is known. `record_type` is mostly the deal's process; NONE has no process.
    """

    deal: Ints
    at: Ints
    stage: Ints
    amount: Floats
    close: Ints
    probability: Floats
    category: Ints
    owner: Ints
    by: Ints
    next_step: Ints
    loss_reason: Ints
    is_deleted: Flags
    record_type: Ints

    def __len__(self) -> int:
        return self.deal.size

    @cached_property
    def is_first(self) -> Flags:
        return np.concatenate([[True], self.deal[1:] != self.deal[:-1]])

    @cached_property
    def first(self) -> Ints:
        """Per step the index of its deal's first one."""
        return np.asarray(np.maximum.accumulate(np.where(self.is_first, np.arange(len(self)), 0)), dtype=np.int64)

    @cached_property
    def until(self) -> Ints:
        return np.append(np.where(self.is_first[1:], NONE, self.at[1:]), NONE)

    @cached_property
    def is_won(self) -> Flags:
        return np.asarray(self.stage == WON_STAGE)

    @cached_property
    def is_closed(self) -> Flags:
        return np.asarray(self.is_won | (self.stage == LOST_STAGE))

    def same(self, values: Any) -> Flags:
        """Whether each step has the value of the deal's step before it; False for first steps."""
        equal = values[1:] == values[:-1]
        if values.dtype.kind == "f":
            equal |= np.isnan(values[1:]) & np.isnan(values[:-1])
        return np.concatenate([[False], equal]) & ~self.is_first


@dataclass(frozen=True)
class Accounts:
    """Per account: when it was made, the slot that owns it, and when it first bought (NONE: never)."""

    created: Ints
    slot: Ints
    won: Ints

    def __len__(self) -> int:
        return self.created.size


@dataclass(frozen=True)
class Book:
    """Deals, their steps and all accounts. A part holds some deals (counted from `offset`) but all accounts."""

    deals: Deals
    steps: Steps
    accounts: Accounts
    offset: int = 0

    @cached_property
    def starts(self) -> Ints:
        """Where each deal's steps begin, and at the end where the last one's end: one more than deals."""
        return np.searchsorted(self.steps.deal, np.arange(len(self.deals) + 1))

    @property
    def numbers(self) -> Ints:
        """What the deals' record ids count."""
        return np.arange(1, len(self.deals) + 1) + self.offset

    @cached_property
    def ids(self) -> NDArray[np.str_]:
        """The deals' record ids."""
        return make_ids("006", self.numbers)

    def parts(self, size: int = PART_DEALS) -> Iterator["Book"]:
        """The book in parts of `size` deals each, for those who make big tables of it."""
        for first in range(0, max(len(self.deals), 1), size):
            yield self.part(first, min(first + size, len(self.deals)))

    def part(self, first: int, last: int) -> "Book":
        """The deals from `first` up to `last`, their steps numbering deals from 0."""
        begin, end = int(self.starts[first]), int(self.starts[last])
        cut = {each.name: getattr(self.steps, each.name)[begin:end] for each in fields(Steps)}
        cut["deal"] = cut["deal"] - first
        deals = Deals(**{each.name: getattr(self.deals, each.name)[first:last] for each in fields(Deals)})
        return Book(deals, Steps(**cut), self.accounts, self.offset + first)

    def step_at(self, deals: Ints, at: Ints) -> Ints:
        """The step of each of `deals` that is true at each instant of `at`; before its creation its first one."""
        shift = np.int64(1 << 34)
        keys = self.steps.deal * shift + self.steps.at
        position = np.searchsorted(keys, deals * shift + at, side="right") - 1
        return np.maximum(position, self.starts[deals])

    def owner_at(self, deals: Ints, at: Ints) -> Ints:
        """Who owned each of `deals` at each instant of `at`."""
        return self.steps.owner[self.step_at(deals, at)]
