"""The company's deals as a plain list of what happened: Python objects for those who count in plain Python.

Made of the book once and slowly; tables and facts are made of the book's arrays instead, so that the two ways of
counting have nothing in common but the book.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from math import floor

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.fiscal import quarter_start
from connectors.sandbox.simulate.setting.process import LOST_STAGE, WON_STAGE
from connectors.sandbox.simulate.truth.conversion import Conversion

KINDS = ("day", "week", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Version:
    """A deal as it is from the second `at` on.

    `cents` are in corporate currency at the rate of the close date, `constant_cents` at rates that do not change; 0
    where no amount is told. `record_type` says by which process it is judged, `category` is a code of its forecast
    category.
    """

    at: int
    stage: int
    cents: int
    constant_cents: int
    close: int
    probability: float
    owner: int
    is_deleted: bool
    record_type: int
    category: int

    @property
    def weighted_cents(self) -> int:
        """By the seller's probability, to the cent as sums of money are."""
        return floor(self.cents * self.probability / 100 + 0.5)

    @property
    def is_won(self) -> bool:
        return self.stage == WON_STAGE

    @property
    def is_closed(self) -> bool:
        return self.stage in (WON_STAGE, LOST_STAGE)

    @property
    def is_open(self) -> bool:
        return not self.is_closed and not self.is_deleted


@dataclass(frozen=True, slots=True)
class Story:
    """All versions of one deal in order; `process` is the kind of business that it was made as."""

    index: int
    process: int
    instants: list[int]
    versions: list[Version]

    def at(self, instant: int) -> Version | None:
        """The version that is true just before an instant, None before the deal is made."""
        place = bisect_right(self.instants, instant - 1) - 1
        return self.versions[place] if place >= 0 else None

    @property
    def first(self) -> Version:
        return self.versions[0]

    @property
    def last(self) -> Version:
        return self.versions[-1]

    @property
    def closed_at(self) -> int | None:
        """When the last closing was saved: since then it has stood in its last stage. None while it is open."""
        if not self.last.is_closed:
            return None
        at = self.last.at
        for version in reversed(self.versions):
            if version.stage != self.last.stage:
                break
            at = version.at
        return at


class Calendar:
    """Periods of one kind, numbered in order: days, weeks from Monday, months, fiscal quarters."""

    def __init__(self, kind: str, first_month: int, first_day: int, last_day: int) -> None:
        if kind not in KINDS:
            raise ValueError(f"There are no periods of kind {kind!r}; ask for one of {', '.join(KINDS)}.")
        self._first = first_day
        self.starts: list[int] = []
        self._number: list[int] = []
        before = None
        for day in range(first_day, last_day + 1):
            start = self._start(kind, first_month, day)
            if start != before:
                self.starts.append(day if before is not None else (start - date(1970, 1, 1)).days)
                before = start
            self._number.append(len(self.starts) - 1)

    def number(self, day: int) -> int:
        return self._number[min(max(day - self._first, 0), len(self._number) - 1)]

    def begin(self, number: int) -> int:
        """The first second of a period."""
        return self.starts[number] * DAY

    def end(self, number: int) -> int:
        """The first second after a period."""
        last = self._first + len(self._number)
        return (self.starts[number + 1] if number + 1 < len(self.starts) else last) * DAY

    @staticmethod
    def _start(kind: str, first_month: int, day: int) -> date:
        told = to_date(day)
        if kind == "day":
            return told
        if kind == "week":
            return to_date(day - told.weekday())
        return told.replace(day=1) if kind == "month" else quarter_start(told, first_month)


def stories(book: Book, conversion: Conversion, before: int) -> list[Story]:
    """The deals made before an instant, with what was saved about them before it."""
    steps = book.steps
    columns = zip(
        steps.deal.tolist(),
        steps.at.tolist(),
        steps.stage.tolist(),
        steps.amount.tolist(),
        steps.close.tolist(),
        steps.probability.tolist(),
        steps.owner.tolist(),
        steps.is_deleted.tolist(),
        steps.record_type.tolist(),
        steps.category.tolist(),
        strict=True,
    )
    process = book.deals.process.tolist()
    found: list[Story] = []
    for deal, at, stage, amount, close, *others in columns:
        if at >= before:
            continue
        cents = 0 if amount != amount else round(amount * 100)
        worth = conversion.corporate(deal, cents, close), conversion.constant(deal, cents)
        version = Version(at, stage, *worth, close, *others)
        if not found or found[-1].index != deal:
            found.append(Story(deal, process[deal], [], []))
        found[-1].instants.append(at)
        found[-1].versions.append(version)
    return found
