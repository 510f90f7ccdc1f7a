"""How sellers went about the deals that they closed: whether each kept to its path, and was recorded in full."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.contact_roles import ContactRoles
from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.engagement import people_by_deal
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar

Quarter = tuple[int, int]  # person, number of the quarter


@dataclass(slots=True)
class Deeds:
    """By behaviour, for each deal that one person closed in a quarter, whether it was so."""

    adherence_rate: list[bool] = field(default_factory=list)
    data_quality_rate: list[bool] = field(default_factory=list)


def deeds_by_quarter(
    every: Iterable[Story], book: Book, roles: ContactRoles, ladder: Ladder, quarters: Calendar, instant: int
) -> dict[Quarter, Deeds]:
    """By who has the deal now, and the quarter of its end: of a win's close date, of the day that a loss was saved."""
    found: dict[Quarter, Deeds] = defaultdict(Deeds)
    people = people_by_deal(roles, instant)
    for story in every:
        last = story.last
        if last.is_closed and not last.is_deleted:
            day = last.close if last.is_won else (story.closed_at or 0) // DAY
            deeds = found[last.owner, quarters.number(day)]
            deeds.adherence_rate.append(not _has_jumped(story, ladder))
            deeds.data_quality_rate.append(story.index in people and _is_recorded(story, book))
    return found


def _has_jumped(story: Story, ladder: Ladder) -> bool:
    """Whether it left out a stage of its own process between two open ones, or before its win."""
    if any(places > 1 for _, places in ladder.moves(story)):
        return True
    before: int | None = None
    for version in story.versions:
        place = ladder.place(story, version)
        is_far = place is not None and before is not None and place - before > 1
        if story.last.is_won and version.is_won and is_far:
            return True
        before = before if place is None else place
    return False


def _is_recorded(story: Story, book: Book) -> bool:
    """Whether a closed deal names its account, and the amount it was won with or why it was lost."""
    saved = int(book.starts[story.index]) + len(story.versions) - 1
    told = story.last.cents > 0 if story.last.is_won else book.steps.loss_reason[saved] != NONE
    return bool(told and book.deals.account[story.index] != NONE)
