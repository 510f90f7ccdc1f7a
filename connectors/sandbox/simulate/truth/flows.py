"""What happened to deals, with leads and by people, one by one: whose it is, the day, the figure, and how much.

Amounts are cents. Wins count on their close date, losses on the day they were saved as lost; both, what became of a
deal's creation, and leads for who has them at the instant of asking, all else for who had the deal then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.truth.activity_totals import doings_at
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.lead_totals import known_leads
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.meetings import DEMO, MEETING
from connectors.sandbox.simulate.work.meetings import TYPES as EVENT_TYPES
from connectors.sandbox.simulate.work.tasks import CALL, EMAIL
from connectors.sandbox.simulate.work.tasks import TYPES as TASK_TYPES

BUSINESS = ("new", "expansion", "renewal")  # by the code of the process that a deal was made as
WORK = {
    TASK_TYPES[CALL]: "call_count",
    TASK_TYPES[EMAIL]: "email_count",
    EVENT_TYPES[MEETING]: "meeting_count",
    EVENT_TYPES[DEMO]: "meeting_count",
}


@dataclass(frozen=True, slots=True)
class Flow:
    """`value` is added to the figure `name` of the owner (an index of the staff, NONE for a queue) on a day number."""

    owner: int
    day: int
    name: str
    value: int


def deal_flows(every: Iterable[Story], book: Book, ladder: Ladder) -> Iterator[Flow]:
    """All that happened to the deals of `every`."""
    told = list(every)
    bought = _first_wins(told, book)
    for story in told:
        yield from _beginnings(story, ladder)
        yield from _changes(story, ladder)
        if not story.last.is_deleted and story.closed_at is not None:
            yield from _ending(story, book, bought)


def _beginnings(story: Story, ladder: Ladder) -> Iterator[Flow]:
    """A deal that was deleted since was made all the same."""
    first, day = story.first, story.first.at // DAY
    yield Flow(story.last.owner, day, "created_count", 1)
    yield Flow(story.last.owner, day, "created_now", story.last.cents)
    yield Flow(first.owner, day, "created", first.cents)
    qualified = ladder.qualified(story)
    if qualified is not None:
        yield Flow(qualified.owner, qualified.at // DAY, "qualified_count", 1)
        yield Flow(qualified.owner, qualified.at // DAY, "qualified", qualified.cents)


def _changes(story: Story, ladder: Ladder) -> Iterator[Flow]:
    for before, after in pairwise(story.versions):
        if after.close > before.close and before.is_open and after.is_open:
            day = after.at // DAY
            yield Flow(after.owner, day, "push_count", 1)
            yield Flow(after.owner, day, "push_days", after.close - before.close)
            old, new = to_date(before.close), to_date(after.close)
            if (new.year, new.month) > (old.year, old.month):
                yield Flow(after.owner, day, "push_to_later_month_count", 1)
    for version, places in ladder.moves(story):
        if places < 0:
            yield Flow(version.owner, version.at // DAY, "stage_regression_count", 1)
        if places > 1:
            yield Flow(version.owner, version.at // DAY, "stage_skip_count", 1)


def _ending(story: Story, book: Book, bought: dict[int, int]) -> Iterator[Flow]:
    last = story.last
    if not last.is_won:
        day = (story.closed_at or 0) // DAY
        yield Flow(last.owner, day, "lost_count", 1)
        yield Flow(last.owner, day, "lost", last.cents)
        return
    account, source = int(book.deals.account[story.index]), int(book.deals.source[story.index])
    names = ["bookings", f"{BUSINESS[story.process]}_bookings"]
    names += ["repeat_bookings"] if account != NONE and bought[account] < last.close else []
    names += ["referral_bookings"] if source != NONE and SOURCES[source] == "Referral" else []
    yield Flow(last.owner, last.close, "won_count", 1)
    yield from (Flow(last.owner, last.close, name, last.cents) for name in names)


def _first_wins(every: Iterable[Story], book: Book) -> dict[int, int]:
    """By account the first close date of a win."""
    found: dict[int, int] = {}
    for story in every:
        if story.last.is_won and not story.last.is_deleted:
            account = int(book.deals.account[story.index])
            found[account] = min(found.get(account, story.last.close), story.last.close)
    return found


def work_flows(conduct: Conduct, at: int) -> Iterator[Flow]:
    """What people did up to the second `at`: activities and leads, each on its day."""
    for doing in doings_at(conduct, at):
        yield Flow(doing.owner, doing.day, "activity_count", 1)
        if doing.kind in WORK:
            yield Flow(doing.owner, doing.day, WORK[doing.kind], 1)
    for lead in known_leads(conduct, at):
        yield Flow(lead.owner, lead.created // DAY, "lead_count", 1)
        if lead.converted is not None:
            yield Flow(lead.owner, lead.converted // DAY, "lead_converted_count", 1)
