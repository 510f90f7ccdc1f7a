"""True bookings as they are credited: the shares of what was won by person, and overlays on top of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.splits import OVERLAY, Splits
from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.conversion import Conversion
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf

WHOLE = 100.0  # percent
FIGURES = ("split_bookings", "bookings", "overlay")


def credited_by_quarter(
    every: Iterable[Story],
    book: Book,
    splits: Splits,
    staff: Staff,
    conversion: Conversion,
    quarters: Calendar,
    now: int,
) -> dict[tuple[int, int], int]:
    """By person and number of the quarter the cents of wins up to now that are credited; overlays are none."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for story in every:
        last = story.last
        if last.is_won and not last.is_deleted and last.close <= now // DAY:
            for person, figure, cents in credits(story, book, splits, staff, conversion):
                if figure == "split_bookings":
                    found[person, quarters.number(last.close)] += cents
    return found


def credit_totals(
    every: Iterable[Story],
    book: Book,
    splits: Splits,
    staff: Staff,
    conversion: Conversion,
    calendar: Calendar,
    scopes_of: ScopesOf,
) -> list[dict[str, Any]]:
    """One row per period and scope: what was credited, what the own deals brought, and what came on top of it."""
    sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for story in every:
        last = story.last
        if last.is_won and not last.is_deleted:
            for person, figure, cents in credits(story, book, splits, staff, conversion):
                for scope in scopes_of(person):
                    sums[calendar.number(last.close), scope][figure] += cents
    return [
        {"period_start": to_date(calendar.starts[number]), "scope_id": scope}
        | {f"{name}_amount": cents / 100 for name, cents in figures.items()}
        for (number, scope), figures in sorted(sums.items())
    ]


def credits(
    story: Story, book: Book, splits: Splits, staff: Staff, conversion: Conversion
) -> Iterator[tuple[int, str, int]]:
    """(person, figure, cents) of a deal that is won. A share is rounded before it is converted, as it is entered."""
    deal, last = story.index, story.last
    yield last.owner, "bookings", last.cents
    amount = float(book.steps.amount[book.starts[deal] + len(story.versions) - 1])
    mates = float(splits.percentage[deal])
    shares = [(last.owner, "split_bookings", WHOLE - mates)]
    shares += [(int(splits.mate[deal]), "split_bookings", mates)] if mates else []
    if splits.has_overlay[deal]:
        made = book.deals.created[deal : deal + 1]
        shares.append((int(staff.leaders(book.deals.slot[deal : deal + 1], made)[0]), "overlay", OVERLAY))
    for person, figure, percentage in shares:
        cents = 0 if np.isnan(amount) else round(amount * percentage)
        yield person, figure, conversion.corporate(deal, cents, last.close)
