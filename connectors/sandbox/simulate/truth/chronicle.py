"""The company's deals as a plain list of what happened: Python objects for those who count in plain Python.

Made of the book once and slowly; tables and facts are made of the book's arrays instead, so that the two ways of
counting have nothing in common but the book.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import floor

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.process import LOST_STAGE, WON_STAGE
from connectors.sandbox.simulate.truth.conversion import Conversion


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

    def until(self, instant: int) -> list[Version]:
        """The versions from before an instant, but the one that says that the deal is deleted."""
        return [each for each in self.versions[: bisect_right(self.instants, instant - 1)] if not each.is_deleted]

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
