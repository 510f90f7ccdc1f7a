"""True totals of the KPIs by period and by seller, team or company: counted one by one from what happened.

In plain Python over the stories of the deals, never from tables and never by SQL: a reference to test marts with.
Money is in corporate currency, and in cents until the rows are made; what is due and the waterfall are in constant
currency. What a row counts for whom: `flows`; the waterfall's legs and what is open
at a period's end count for who owned the deal then.
A slip is a deal due in the period and at its end still open with a later date; `slipped_out` if that lies beyond it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.truth.chronicle import Story, Version
from connectors.sandbox.simulate.truth.flows import Flow
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import COUNTS, Tally
from connectors.sandbox.simulate.truth.waterfall import HANDOVERS, legs


def totals(
    every: Iterable[Story], flows: Iterable[Flow], ladder: Ladder, calendar: Calendar, scopes_of: ScopesOf, instant: int
) -> list[dict[str, Any]]:
    """One row per period that has begun at the second `instant`, and scope in it, in order.

    A row's `scope_id` is one of those that `scopes_of` tells of an owner. A win may be dated ahead: its period has a
    row too.
    """
    counting = _Counting(ladder, calendar, scopes_of, instant)
    for flow in flows:
        counting.flow(flow)
    for story in every:
        counting.add(story)
    return list(counting.rows())


class _Counting:
    def __init__(self, ladder: Ladder, calendar: Calendar, scopes_of: ScopesOf, instant: int) -> None:
        self._ladder, self._calendar, self._scopes_of, self._instant = ladder, calendar, scopes_of, instant
        self._tallies: dict[tuple[int, str], Tally] = defaultdict(Tally)
        self._now = calendar.number((instant - 1) // DAY)

    def rows(self) -> Iterator[dict[str, Any]]:
        for number, scope in sorted(self._tallies):
            start = to_date(self._calendar.starts[number])
            yield {"period_start": start, "scope_id": scope, **self._tallies[number, scope].row()}

    def flow(self, flow: Flow) -> None:
        for tally in self._of(flow.owner, self._calendar.number(flow.day)):
            sums: dict[str, Any] = tally.counts if flow.name in COUNTS else tally.cents
            sums[flow.name] += flow.value

    def add(self, story: Story) -> None:
        if story.last.is_won and not story.last.is_deleted:
            self._win(story)
        first = self._calendar.number(story.first.at // DAY)
        for number in range(first, self._last_period(story.last) + 1):
            self._period(story, number)

    def _of(self, owner: int, number: int) -> Iterator[Tally]:
        return (self._tallies[number, scope] for scope in self._scopes_of(owner))

    def _last_period(self, last: Version) -> int:
        """The last one that a deal can be part of: a win may be dated in a later one than that of its saving."""
        if not (last.is_deleted or last.is_closed):
            return self._now
        saved, dated = self._calendar.number(last.at // DAY), self._calendar.number(last.close)
        return min(self._now, max(saved, dated))

    def _win(self, story: Story) -> None:
        """A win counts for the period of its close date only; what was saved as won after its end is told too."""
        last, closed_at = story.last, story.closed_at or 0
        number = self._calendar.number(last.close)
        qualified = self._ladder.qualified(story)
        for tally in self._of(last.owner, number):
            tally.cycles.append((closed_at - story.first.at) / DAY)
            if qualified is not None and qualified.at < closed_at:
                tally.qualified_cycles.append((closed_at - qualified.at) / DAY)
            if last.cents > 0:
                tally.sizes.append(last.cents)
            if self._calendar.number(closed_at // DAY) > number:
                tally.cents["won_later"] += last.cents

    def _fall(self, number: int, fallen: list[tuple[str, int, int]]) -> None:
        """A deal that changes hands within a scope has neither come in nor gone out."""
        hands = [set(self._scopes_of(owner)) for leg, _, owner in fallen if leg in HANDOVERS]
        stays = set.intersection(*hands) if hands else set()
        for leg, cents, owner in fallen:
            for scope in self._scopes_of(owner):
                if leg not in HANDOVERS or scope not in stays:
                    self._tallies[number, scope].cents[f"waterfall_{leg}"] += cents

    def _period(self, story: Story, number: int) -> None:
        begin, end = self._calendar.begin(number), min(self._calendar.end(number), self._instant)
        self._fall(number, list(legs(story, begin, self._calendar.end(number))))
        before, after = story.at(begin), story.at(end)
        if after is not None and after.is_open:
            for tally in self._of(after.owner, number):
                tally.counts["open_count"] += 1
                tally.cents["open_pipeline"] += after.cents
                tally.cents["weighted_pipeline"] += after.weighted_cents
        if before is None and any(begin <= each.close * DAY < self._calendar.end(number) for each in story.until(end)):
            for tally in self._of(story.first.owner, number):
                _count_born(tally, story.first, after, self._calendar.end(number))
        is_due = before is not None and before.is_open and begin <= before.close * DAY < self._calendar.end(number)
        if before is None or after is None or not is_due:
            return
        for tally in self._of(before.owner, number):
            _count_due(tally, before, after, self._calendar.end(number))


def _count_born(tally: Tally, first: Version, after: Version | None, end: int) -> None:
    """A deal made in the period that was due in it at some time, and is put off beyond it."""
    tally.counts["created_due_count"] += 1
    tally.cents["created_due"] += first.constant_cents
    if after is not None and after.is_open and after.close * DAY >= end:
        tally.counts["created_slipped_count"] += 1
        tally.cents["created_slipped"] += first.constant_cents


def _count_due(tally: Tally, before: Version, after: Version, end: int) -> None:
    tally.counts["due_count"] += 1
    tally.cents["due"] += before.constant_cents
    if after.is_open and after.close > before.close:
        tally.counts["slipped_count"] += 1
        tally.cents["slipped"] += before.constant_cents
    if after.is_open and after.close * DAY >= end:
        tally.counts["slipped_out_count"] += 1
        tally.cents["slipped_out"] += before.constant_cents
