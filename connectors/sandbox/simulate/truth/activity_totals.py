"""True totals of activities, leads, quotas and coverage by period, in plain Python from the list of what happened.

Slow and simple on purpose: loops over the company's own events, no SQL and no arrays. All is as known at an instant
`at` (UTC seconds): what was entered and not deleted by then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.meetings import TYPES as EVENT_TYPES
from connectors.sandbox.simulate.work.tasks import TYPES as TASK_TYPES

UNTYPED = "none"


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing done: by whom (index of the staff), at which second, of what type, on which deal (or NONE).

    Of what was written down on a later day the record tells only the day: `at` is its first second then.
    """

    owner: int
    at: int
    kind: str
    deal: int

    @property
    def day(self) -> int:
        return self.at // DAY


def doings_at(conduct: Conduct, at: int) -> Iterator[Doing]:
    """Completed tasks by the day they happened on, and past meetings by theirs; no copies, no patterns of series."""
    yield from _tasks_at(conduct, at)
    yield from _events_at(conduct, at)


def _tasks_at(conduct: Conduct, at: int) -> Iterator[Doing]:
    tasks = conduct.tasks
    columns = (tasks.owner, tasks.due, tasks.entered, tasks.completed, tasks.deleted, tasks.kind, tasks.deal)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    flags = zip(tasks.is_pattern.tolist(), tasks.is_unlinked.tolist(), strict=True)
    for (owner, due, entered, completed, deleted, kind, deal), (is_pattern, is_unlinked) in zip(
        rows, flags, strict=True
    ):
        is_there = completed != NONE and completed <= at and (deleted == NONE or deleted > at)
        if is_there and not is_pattern:
            moment = due // DAY * DAY if due // DAY < entered // DAY else completed
            name = TASK_TYPES[kind] if kind < len(TASK_TYPES) else UNTYPED
            yield Doing(owner, moment, name, NONE if is_unlinked else deal)


def _events_at(conduct: Conduct, at: int) -> Iterator[Doing]:
    events = conduct.events
    columns = (events.owner, events.start, events.minutes, events.entered, events.moved, events.shift, events.deleted)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    told = zip(events.kind.tolist(), events.deal.tolist(), events.parent.tolist(), strict=True)
    flags = zip(events.is_pattern.tolist(), events.is_untyped.tolist(), events.is_unlinked.tolist(), strict=True)
    for times, (kind, deal, parent), (is_pattern, is_untyped, is_unlinked) in zip(rows, told, flags, strict=True):
        owner, start, minutes, entered, moved, shift, deleted = times
        begins = start + (shift if moved != NONE and moved <= at else 0)
        is_there = entered <= at and begins + minutes * 60 <= at and (deleted == NONE or deleted > at)
        if is_there and parent == NONE and not is_pattern:
            name = UNTYPED if is_untyped else EVENT_TYPES[kind]
            yield Doing(owner, begins, name, NONE if is_unlinked else deal)


def activity_totals(conduct: Conduct, at: int, days: int | None = None) -> list[dict[str, object]]:
    """Activities by user, day and type, as records; of the last `days` days only, if told."""
    ids = user_ids(conduct)
    first = None if days is None else at // DAY - days + 1
    counted: Counter[tuple[int, int, str]] = Counter(
        (each.owner, each.day, each.kind) for each in doings_at(conduct, at) if first is None or each.day >= first
    )
    return [
        {"owner_id": ids[owner], "date": to_date(day).isoformat(), "type": kind, "count": count}
        for (owner, day, kind), count in sorted(counted.items())
    ]


def weekly_totals(conduct: Conduct, at: int) -> list[dict[str, object]]:
    """Activities by user and week; weeks begin on Monday."""
    ids = user_ids(conduct)
    counted: Counter[tuple[int, str]] = Counter()
    for each in doings_at(conduct, at):
        day = to_date(each.day)
        counted[each.owner, (day - timedelta(days=day.weekday())).isoformat()] += 1
    return [{"owner_id": ids[owner], "week": week, "count": count} for (owner, week), count in sorted(counted.items())]


def coverage(conduct: Conduct, at: int, days: int) -> dict[str, object]:
    """Open deals, and how many of them something was done about in the last `days` days, by owner and in all."""
    touched = {each.deal for each in doings_at(conduct, at) if each.deal != NONE and each.day > at // DAY - days}
    ids = user_ids(conduct)
    by_owner: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for deal, owner in _open_deals(conduct, at):
        by_owner[owner][0] += 1
        by_owner[owner][1] += deal in touched
    rows = [
        {"owner_id": ids[owner], "open": count, "touched": done} for owner, (count, done) in sorted(by_owner.items())
    ]
    opened = sum(count for count, _ in by_owner.values())
    done = sum(each for _, each in by_owner.values())
    return {"days": days, "open": opened, "touched": done, "by_owner": rows}


def _open_deals(conduct: Conduct, at: int) -> Iterator[tuple[int, int]]:
    steps = conduct.book.steps
    columns = (steps.deal, steps.at, steps.owner, steps.is_closed, steps.is_deleted)
    last: dict[int, tuple[int, bool]] = {}
    for deal, saved, owner, is_closed, is_deleted in zip(*(column.tolist() for column in columns), strict=True):
        if saved <= at:
            last[deal] = owner, not (is_closed or is_deleted)
    yield from ((deal, owner) for deal, (owner, is_open) in last.items() if is_open)


def user_ids(conduct: Conduct) -> list[str]:
    return [str(each) for each in conduct.staff.ids.tolist()]
