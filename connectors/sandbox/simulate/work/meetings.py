"""Events: what one is made of, and the meetings with customers. The managers' own: `cadence`. Records: `event_rows`."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.setting.words import DEMO_SUBJECTS, MEETING_SUBJECTS
from connectors.sandbox.simulate.staff.habits import Habits
from connectors.sandbox.simulate.staff.people import CEO, Staff
from connectors.sandbox.simulate.work.touches import Touches, meet_contacts

TYPES = (
    "Meeting",
    "Demo",
    "Ride-Along",
    "Pipeline Review",
    "One-to-One",
    "Forecast Call",
    "Forecast Submission",
    "Business Review",
)
MEETING, DEMO, RIDE_ALONG, REVIEW, ONE_TO_ONE, CALL, SUBMISSION, BUSINESS = range(8)
SUBJECTS = (*MEETING_SUBJECTS, *DEMO_SUBJECTS, *TYPES[RIDE_ALONG:])
FIRST_OWN = len(MEETING_SUBJECTS) + len(DEMO_SUBJECTS)
CANCELLED_SHARE, MOVED_SHARE, CHILD_SHARE, LOGGED_SHARE, UNTYPED_SHARE = 0.03, 0.08, 0.15, 0.06, 0.03
LENGTHS = (30, 45, 60, 90)
SMALL: dict[str, Any] = dict.fromkeys(
    ("owner", "creator", "minutes", "deal", "contact", "parent", "series", "note", "shift"), np.int32
)
SMALL |= dict.fromkeys(("kind", "subject"), np.int8)


@dataclass(slots=True)
class Events:
    """One row per event; NONE is nothing, or never.

    `moved` is when its start was put off by `shift` seconds, `deleted` when it was cancelled or went with its
    deal. `parent` is the event that an invitee's copy (a child) is of, `series` the pattern it belongs to.
    From `noted` on its description is the one numbered `note`.
    """

    owner: Ints
    creator: Ints
    start: Ints
    minutes: Ints
    entered: Ints
    moved: Ints
    shift: Ints
    deleted: Ints
    kind: Ints
    subject: Ints
    deal: Ints
    contact: Ints
    parent: Ints
    series: Ints
    note: Ints
    noted: Ints
    is_untyped: Any
    is_unlinked: Any
    is_group: Any
    is_pattern: Any

    def __len__(self) -> int:
        return self.start.size

    @property
    def is_child(self) -> Any:
        return self.parent != NONE

    @property
    def begins(self) -> Ints:
        """When it begins in the end."""
        return np.where(self.moved == NONE, self.start, self.start + self.shift)

    @property
    def is_held(self) -> Any:
        """Whether it takes place, as far as the calendar says: it is not cancelled before."""
        ends = self.begins + self.minutes * 60
        return ((self.deleted == NONE) | (self.deleted >= ends)) & ~self.is_pattern

    def rows(self, chosen: Any) -> "Events":
        """The chosen ones; parents and patterns must be among them."""
        flags = np.zeros(len(self), dtype=bool)
        flags[chosen] = True
        place = np.cumsum(flags) - 1
        made = Events(**{each.name: getattr(self, each.name)[flags] for each in fields(Events)})
        made.parent = np.where(made.parent == NONE, NONE, place[made.parent])
        made.series = np.where(made.series == NONE, NONE, place[made.series])
        return made


def blank_events(count: int, **known: Any) -> Events:
    values: dict[str, Any] = {each.name: np.full(count, NONE, dtype=np.int64) for each in fields(Events)}
    values |= {flag: np.zeros(count, dtype=bool) for flag in ("is_untyped", "is_unlinked", "is_group", "is_pattern")}
    made = Events(**{**values, **known})
    if "creator" not in known:
        made.creator = made.owner.copy()
    return made


def join_events(*parts: Events) -> Events:
    """All events, numbered in order of entry."""
    offsets = np.repeat(np.cumsum([0, *(len(part) for part in parts[:-1])]), [len(part) for part in parts])
    order = order_by(np.concatenate([part.entered for part in parts]))
    place = np.empty(order.size, dtype=np.int32)
    place[order] = np.arange(order.size)
    names = [each.name for each in fields(Events)]
    every = {name: _slim(name, [getattr(part, name) for part in parts])[order] for name in names}
    for name in ("parent", "series"):
        number = every[name]
        every[name] = np.where(number == NONE, NONE, place[number + offsets[order]])
    return Events(**every)


def _slim(name: str, parts: list[Any]) -> Any:
    joined = np.concatenate(parts)
    return joined.astype(SMALL.get(name, joined.dtype), copy=False)


def add_children(events: Events, parents: Ints, invitees: Ints) -> Events:
    """The events, and behind them a copy of each of `parents` for its invitee."""
    copied = Events(**{each.name: getattr(events, each.name)[parents].copy() for each in fields(Events)})
    copied.owner, copied.parent = invitees, parents
    events.is_group[parents] = True
    copied.is_group[:] = True
    return stacked(events, copied)


def stacked(left: Events, right: Events) -> Events:
    """Both, in this order; their references number the whole."""
    return Events(
        **{each.name: np.concatenate([getattr(left, each.name), getattr(right, each.name)]) for each in fields(Events)}
    )


def customer_meetings(
    era: Era, staff: Staff, book: Book, customers: Customers, touches: Touches, habits: Habits, rates: Rates
) -> Events:
    """A meeting per touch, put into the calendar days before or, some, only afterwards; some with the manager."""
    stream = era.stream("events")
    count = touches.at.size
    start = touches.at // (HOUR // 2) * (HOUR // 2)
    created = book.deals.created[touches.deal]
    ahead = np.maximum(start - (stream.uniform(1, 13, count) * DAY).astype(np.int64), created + 300)
    is_logged = stream.random(count) < LOGGED_SHARE
    is_late = is_logged & (stream.random(count) < rates["ACT-02"])
    after = start + 2 * HOUR + stream.integers(0, 20 * HOUR, count)
    after = np.where(is_late, start + (stream.uniform(4.2, 11, count) * DAY).astype(np.int64), after)
    made = blank_events(count, owner=touches.owner, start=start, deal=touches.deal)
    made.entered = np.where(is_logged, after, np.minimum(ahead, start))
    made.minutes = stream.choice(LENGTHS, size=count)
    made.kind = np.where(stream.random(count) < 0.25, DEMO, MEETING)
    demos = len(MEETING_SUBJECTS) + stream.integers(0, len(DEMO_SUBJECTS), count)
    made.subject = np.where(made.kind == DEMO, demos, stream.integers(0, len(MEETING_SUBJECTS), count))
    made.contact = meet_contacts(book, customers, touches.deal, made.entered, stream)
    made.is_untyped = stream.random(count) < UNTYPED_SHARE
    made.is_unlinked = stream.random(count) < rates["ACT-01"]
    _fate(made, habits, ~is_logged, stream)
    keep_living(made, book)
    made = made.rows(_is_entered(made, staff))
    joined = np.flatnonzero(~made.is_unlinked & (stream.random(len(made)) < CHILD_SHARE) & (made.moved == NONE))
    managers = staff.managers_at(made.owner[joined], made.start[joined])
    return add_children(made, joined, np.where(managers == NONE, CEO, managers))


def _fate(made: Events, habits: Habits, is_planned: Any, stream: np.random.Generator) -> None:
    """Some of the planned ones are cancelled, some put off by days, halfway to their start."""
    count = len(made)
    half = made.entered + np.maximum((made.start - made.entered) // 2, 60)
    draw = stream.random(count)
    made.deleted = np.where(is_planned & (draw < CANCELLED_SHARE), half, NONE)
    shift = stream.integers(1, 4, count) * DAY
    is_moved = is_planned & (draw > 1 - MOVED_SHARE) & ~habits.is_silent(made.owner, made.start + shift)
    made.moved = np.where(is_moved, half, NONE)
    made.shift = np.where(is_moved, shift, 0)


def keep_living(made: Events, book: Book) -> None:
    """Events go into the recycle bin with their deal, at the same instant."""
    gone = np.where((made.deal == NONE) | made.is_unlinked, NONE, book.deals.deleted_at[made.deal])
    is_taken = (gone != NONE) & ((made.deleted == NONE) | (made.deleted > gone))
    made.deleted = np.where(is_taken, gone, made.deleted)
    made.moved = np.where((made.deleted != NONE) & (made.moved >= made.deleted), NONE, made.moved)


def _is_entered(made: Events, staff: Staff) -> Any:
    left = staff.ends[made.owner]
    is_there = (left == NONE) | ((made.entered < left) & (made.start < left))
    return is_there & ((made.deleted == NONE) | (made.entered < made.deleted))
