"""True totals of the KPIs by period and by seller, team or company: counted one by one from what happened.

In plain Python over the stories of the deals, never from tables and never by SQL: a reference to test marts with.
Money is in cents until the rows are made. A row belongs to who owns the deal at the instant of asking; but the
waterfall's legs, pushes and the amount at creation to who owned it at the time, `created_now` being today's owner's.
A slip is a deal due in the period and at its end still open with a later date; `slipped_out` if that lies beyond it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, Era, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import PROCESSES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.truth.chronicle import Calendar, Story, Version, stories
from connectors.sandbox.simulate.truth.waterfall import HANDOVERS, LEGS, legs

SCOPES = ("company", "team", "rep")
COUNTS = (
    "won_count",
    "lost_count",
    "created_count",
    "open_count",
    "push_count",
    "push_days",
    "due_count",
    "slipped_count",
    "slipped_out_count",
)
AMOUNTS = (
    "bookings",
    "won_later",
    "created",
    "created_now",
    "open_pipeline",
    "weighted_pipeline",
    "due",
    "slipped",
    "slipped_out",
    *(f"waterfall_{leg}" for leg in LEGS),
)
MARGIN_DAYS = 1_500  # close dates may lie this far beyond the era


@dataclass(slots=True)
class Tally:
    """What is counted for one period and scope."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cents: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    sizes: list[int] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        made: dict[str, Any] = {name: self.counts[name] for name in COUNTS}
        made |= {f"{name}_amount": round(self.cents[name]) / 100 for name in AMOUNTS}
        decided = made["won_count"] + made["lost_count"]
        made["win_rate"] = made["won_count"] / decided if decided else None
        made["average_deal_amount"] = sum(self.sizes) / len(self.sizes) / 100 if self.sizes else None
        made["median_deal_amount"] = median(self.sizes) / 100 if self.sizes else None
        made["mean_cycle_days"] = sum(self.cycles) / len(self.cycles) if self.cycles else None
        made["median_cycle_days"] = median(self.cycles) if self.cycles else None
        made["slip_rate"] = made["slipped_count"] / made["due_count"] if made["due_count"] else None
        return made


def totals(era: Era, staff: Staff, book: Book, kind: str, scope: str, instant: int) -> list[dict[str, Any]]:
    """One row per period that has begun at the second `instant`, and scope in it, in order.

    `kind` is week, month or quarter, `scope` company, team or rep: `scope_id` is the user's id, the first-line
    manager's for a team, and empty for the company. Raises ValueError for others.
    """
    if scope not in SCOPES:
        raise ValueError(f"There are no totals by {scope!r}; ask for one of {', '.join(SCOPES)}.")
    calendar = Calendar(kind, era.fiscal_month, era.start // DAY - 400, era.end // DAY + MARGIN_DAYS)
    counting = _Counting(calendar, _scoped(staff, scope, instant), instant)
    for story in stories(book, instant):
        counting.add(story)
    return list(counting.rows())


def conversions(era: Era, book: Book, kind: str, instant: int) -> list[dict[str, Any]]:
    """Per process, own stage and period of birth: deals that reached the stage or a later one, and the next or later.

    A stage left out counts as reached; a win has reached them all.
    """
    calendar = Calendar(kind, era.fiscal_month, era.start // DAY - 400, era.end // DAY + MARGIN_DAYS)
    reached: dict[tuple[int, int, int], int] = defaultdict(int)
    for story in stories(book, instant):
        number = calendar.number(story.versions[0].at // DAY)
        for place in range(story.reached(instant) + 1):
            reached[number, story.process, place] += 1
    rows = []
    for number, process, place in sorted(reached):
        names = [name for name, _ in PROCESSES[process].stages]
        if place < len(names):
            count, following = reached[number, process, place], reached.get((number, process, place + 1), 0)
            told = {"period_start": to_date(calendar.starts[number]), "process": PROCESSES[process].label}
            told |= {"stage": names[place], "reached_count": count, "reached_next_count": following}
            rows.append(told | {"conversion_rate": following / count})
    return rows


class _Counting:
    def __init__(self, calendar: Calendar, scope_of: Callable[[int], str], instant: int) -> None:
        self._calendar, self._scope_of, self._instant = calendar, scope_of, instant
        self._tallies: dict[tuple[int, str], Tally] = defaultdict(Tally)
        self._now = calendar.number((instant - 1) // DAY)

    def rows(self) -> Iterator[dict[str, Any]]:
        for number, scope in sorted(self._tallies):
            start = to_date(self._calendar.starts[number])
            yield {"period_start": start, "scope_id": scope, **self._tallies[number, scope].row()}

    def add(self, story: Story) -> None:
        last = story.versions[-1]
        scope = self._scope_of(last.owner)
        self._created(story, scope)
        self._pushes(story)
        if not last.is_deleted:
            self._endings(story, scope)
        first = self._calendar.number(story.versions[0].at // DAY)
        for number in range(first, self._last_period(last) + 1):
            self._period(story, number)

    def _last_period(self, last: Version) -> int:
        """The last one that a deal can be part of: a win may be dated in a later one than that of its saving."""
        if not (last.is_deleted or last.is_closed):
            return self._now
        saved, dated = self._calendar.number(last.at // DAY), self._calendar.number(last.close)
        return min(self._now, max(saved, dated))

    def _tally(self, day: int, scope: str) -> Tally:
        return self._tallies[self._calendar.number(day), scope]

    def _created(self, story: Story, scope: str) -> None:
        first = story.versions[0]
        tally = self._tally(first.at // DAY, scope)
        tally.counts["created_count"] += 1
        tally.cents["created_now"] += story.versions[-1].cents
        self._tally(first.at // DAY, self._scope_of(first.owner)).cents["created"] += first.cents

    def _pushes(self, story: Story) -> None:
        for before, after in zip(story.versions, story.versions[1:], strict=False):
            if after.close > before.close and not after.is_closed and not after.is_deleted:
                tally = self._tally(after.at // DAY, self._scope_of(after.owner))
                tally.counts["push_count"] += 1
                tally.counts["push_days"] += after.close - before.close

    def _endings(self, story: Story, scope: str) -> None:
        """Wins by close date, losses by the instant; a win counts for the period of its close date only."""
        last = story.versions[-1]
        if not last.is_closed:
            return
        closed_at = self._closed_at(story)
        if not last.is_won:
            self._tally(closed_at // DAY, scope).counts["lost_count"] += 1
            return
        tally = self._tally(last.close, scope)
        tally.counts["won_count"] += 1
        tally.cents["bookings"] += last.cents
        tally.cycles.append((closed_at - story.versions[0].at) / DAY)
        if last.cents > 0:
            tally.sizes.append(last.cents)
        if self._calendar.number(closed_at // DAY) > self._calendar.number(last.close):
            tally.cents["won_later"] += last.cents

    @staticmethod
    def _closed_at(story: Story) -> int:
        """When the last closing was saved."""
        at = story.versions[-1].at
        for version in reversed(story.versions):
            if version.stage != story.versions[-1].stage:
                break
            at = version.at
        return at

    def _fall(self, number: int, fallen: list[tuple[str, int, int]]) -> None:
        """A deal that changes hands within a scope has neither come in nor gone out."""
        moved = {self._scope_of(owner) for leg, _, owner in fallen if leg in HANDOVERS}
        for leg, cents, owner in fallen:
            if leg not in HANDOVERS or len(moved) > 1:
                self._tallies[number, self._scope_of(owner)].cents[f"waterfall_{leg}"] += cents

    def _period(self, story: Story, number: int) -> None:
        begin, end = self._calendar.begin(number), min(self._calendar.end(number), self._instant)
        self._fall(number, list(legs(story, begin, self._calendar.end(number))))
        before, after = story.at(begin), story.at(end)
        if after is not None and after.is_open:
            tally = self._tallies[number, self._scope_of(after.owner)]
            tally.counts["open_count"] += 1
            tally.cents["open_pipeline"] += after.cents
            tally.cents["weighted_pipeline"] += after.cents * after.probability / 100
        is_due = before is not None and before.is_open and begin <= before.close * DAY < self._calendar.end(number)
        if before is None or after is None or not is_due:
            return
        tally = self._tallies[number, self._scope_of(before.owner)]
        tally.counts["due_count"] += 1
        tally.cents["due"] += before.cents
        if after.is_open and after.close > before.close:
            tally.counts["slipped_count"] += 1
            tally.cents["slipped"] += before.cents
        if after.is_open and after.close * DAY >= self._calendar.end(number):
            tally.counts["slipped_out_count"] += 1
            tally.cents["slipped_out"] += before.cents


def _scoped(staff: Staff, scope: str, instant: int) -> Callable[[int], str]:
    """From a person's index to the id of the scope that he or she counts for."""
    if scope == "company":
        return lambda _: ""
    if scope == "rep":
        return lambda person: str(staff.ids[person])
    leaders = {}
    for person in staff.people:
        manager = [who for at, who in person.reporting if at <= instant][-1]
        leaders[person.index] = person.index if person.level > 0 or manager == NONE else manager
    return lambda person: str(staff.ids[leaders[person]])
