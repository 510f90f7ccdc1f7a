"""The violations of the rules about the managers' weekly and quarterly duties, from the simulator's own arrays.

Whom a finding names: the manager in MGR-01, 05, 07, 08, 09 and 10, the report in MGR-03, 04 and 12, the event in
MGR-02 and 06, the task in MGR-11. All levels of managers are judged. What is about deals and tasks: `team_facts`.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY, HOUR, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import CHIEF, SELLER, SHIFT
from connectors.sandbox.simulate.truth.facts import Facts
from connectors.sandbox.simulate.truth.findings import Spans, found
from connectors.sandbox.simulate.work.cadence import FOUR_WEEKS, HALF_QUARTER, quarter_starts
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.meetings import BUSINESS, ONE_TO_ONE, REVIEW, RIDE_ALONG, SUBMISSION

WEEK, NOON = 7 * DAY, 12 * HOUR
COACHED_WITHIN, CANCELLED_WITHIN = 14 * DAY, 30 * DAY
FAR = np.iinfo(np.int64).max


def duty_facts(conduct: Conduct) -> Iterator[Facts]:
    """Facts of MGR-01, 03, 04, 05, 07, 09 and 12."""
    yield from _unreviewed(conduct)
    yield from _uncoached(conduct)
    yield from _not_accompanied(conduct)
    yield from _unsubmitted(conduct)
    yield from _cancelled(conduct)
    yield from _without_business_review(conduct)
    yield from _unmanaged(conduct)


def _first_by_week(conduct: Conduct, kind: int) -> Ints:
    """By manager and week, the start of the first event of a kind that is held; FAR for none."""
    weeks, events = conduct.weeks, conduct.events
    rows = np.flatnonzero((events.kind == kind) & ~events.is_child & events.is_held)
    week = (events.begins[rows] - weeks.mondays[0]) // WEEK
    table = np.full(weeks.sizes.shape, FAR)
    inside = (week >= 0) & (week < weeks.mondays.size)
    np.minimum.at(table, (weeks.place[events.owner[rows][inside]], week[inside]), events.begins[rows][inside])
    return table


def _unreviewed(conduct: Conduct) -> Iterator[Facts]:
    weeks = conduct.weeks
    row, week = np.nonzero((_first_by_week(conduct, REVIEW) == FAR) & (weeks.sizes > 0))
    since = weeks.mondays[week] + WEEK
    who = weeks.managers[row]
    yield from found("MGR-01", "User", who, since, since + WEEK, "No pipeline review in the week before.")


def _unsubmitted(conduct: Conduct) -> Iterator[Facts]:
    weeks = conduct.weeks
    first = _first_by_week(conduct, SUBMISSION)
    row, week = np.nonzero((weeks.sizes > 0) & (first > weeks.mondays + NOON))
    until = np.minimum(first[row, week], weeks.mondays[week] + WEEK)
    who = weeks.managers[row]
    is_late = (first[row, week] != FAR).astype(np.int64)
    reasons = ("No forecast submitted in the week.", "The forecast was submitted after Monday noon.")
    yield from found("MGR-05", "User", who, weeks.mondays[week] + NOON, until, *reasons, which=is_late)


def _uncoached(conduct: Conduct) -> Iterator[Facts]:
    """Direct reports without a one-to-one for fourteen days, from a fortnight after they came under the manager on."""
    staff, events, end = conduct.staff, conduct.events, conduct.era.end
    person, since, manager = staff.reporting_lines
    last = np.append(person[1:] != person[:-1], True)
    until = np.where(last, end, np.append(since[1:], end))
    ends = np.where(staff.ends[person] == NONE, end, staff.ends[person])
    judged = (manager != NONE) & (staff.levels[person] >= SELLER) & (staff.levels[person] < CHIEF)
    begins = np.maximum(np.maximum(since, staff.starts[person]), conduct.weeks.mondays[0])
    line = np.arange(person.size)[judged]
    owed = Spans(line, (begins + COACHED_WITHIN)[judged], np.minimum(until, ends)[judged])
    rows = np.flatnonzero((events.kind == ONE_TO_ONE) & events.is_child & events.is_held)
    whose = np.searchsorted(person * SHIFT + since, events.owner[rows] * SHIFT + events.start[rows], "right") - 1
    rows, whose = (each[manager[whose] == events.creator[rows]] for each in (rows, whose))
    given = Spans(whose, events.start[rows], events.start[rows] + COACHED_WITHIN)
    missing = owed.without(given)
    reason = "No one-to-one with the manager for 14 days."
    until = np.where(missing.until >= end, NONE, missing.until)
    yield from found("MGR-03", "User", person[missing.who], missing.since, until, reason)


def _not_accompanied(conduct: Conduct) -> Iterator[Facts]:
    staff, events = conduct.staff, conduct.events
    quarters, ends = _quarters(conduct)
    sellers = np.flatnonzero(staff.levels == SELLER)
    shape = (sellers.size, quarters.size)
    who, begin = np.repeat(sellers, quarters.size), np.tile(quarters, sellers.size)
    middle = begin + HALF_QUARTER
    judged = staff.work_at(who, begin) & staff.work_at(who, middle)
    judged &= (staff.managers_at(who, begin) != NONE) & (staff.managers_at(who, middle) != NONE)
    rows = np.flatnonzero((events.kind == RIDE_ALONG) & events.is_child & events.is_held)
    first = _first_by_quarter(events.owner[rows], events.start[rows], sellers, quarters, ends).reshape(-1)
    judged &= first > middle
    left = np.where(staff.ends[who] == NONE, FAR, staff.ends[who])
    until = np.minimum(np.minimum(first, np.broadcast_to(ends, shape).reshape(-1)), left)
    reason = "No ride-along of the manager by the middle of the quarter."
    yield from found("MGR-04", "User", who[judged], middle[judged], until[judged], reason)


def _without_business_review(conduct: Conduct) -> Iterator[Facts]:
    events, weeks = conduct.events, conduct.weeks
    quarters, ends = _quarters(conduct)
    rows = np.flatnonzero((events.kind == BUSINESS) & ~events.is_child & events.is_held)
    first = _first_by_quarter(events.owner[rows], events.start[rows], weeks.managers, quarters, ends)
    since = quarters + FOUR_WEEKS
    week = np.clip((since - weeks.mondays[0]) // WEEK, 0, weeks.mondays.size - 1)
    row, quarter = np.nonzero((first > since) & (weeks.sizes[:, week] > 0))
    until = np.minimum(first[row, quarter], ends[quarter])
    who = weeks.managers[row]
    reason = "No business review in the first four weeks of the quarter."
    yield from found("MGR-09", "User", who, since[quarter], until, reason)


def _quarters(conduct: Conduct) -> tuple[Ints, Ints]:
    starts = quarter_starts(conduct.era)
    starts = starts[starts >= conduct.weeks.mondays[0]]
    return starts[:-1], starts[1:]


def _first_by_quarter(who: Ints, at: Ints, people: Ints, quarters: Ints, ends: Ints) -> Ints:
    """By person and quarter the first of the instants; FAR for none."""
    place = np.full(max(int(people.max(initial=0)), int(who.max(initial=0))) + 1, NONE)
    place[people] = np.arange(people.size)
    quarter = np.searchsorted(quarters, at, side="right") - 1
    inside = (quarter >= 0) & (at < ends[quarter]) & (place[who] != NONE)
    table = np.full((people.size, quarters.size), FAR)
    np.minimum.at(table, (place[who[inside]], quarter[inside]), at[inside])
    return table


def _cancelled(conduct: Conduct) -> Iterator[Facts]:
    """Managers who cancelled two one-to-ones or more within thirty days."""
    events = conduct.events
    rows = np.flatnonzero((events.kind == ONE_TO_ONE) & ~events.is_child & (events.deleted != NONE))
    order = rows[np.lexsort((events.deleted[rows], events.owner[rows]))]
    owner, at = events.owner[order], events.deleted[order]
    same = owner[1:] == owner[:-1]
    spans = Spans(owner[1:][same], at[1:][same], at[:-1][same] + CANCELLED_WITHIN).merged()
    reason = "Two one-to-ones or more cancelled within 30 days."
    yield from found("MGR-07", "User", spans.who, spans.since, spans.until, reason)


def _unmanaged(conduct: Conduct) -> Iterator[Facts]:
    staff = conduct.staff
    person, since, manager = staff.reporting_lines
    until = np.where(np.append(person[1:] != person[:-1], True), NONE, np.append(since[1:], NONE))
    ends = staff.ends[person]
    until = np.where(ends == NONE, until, np.where(until == NONE, ends, np.minimum(until, ends)))
    rows = np.flatnonzero((manager == NONE) & (staff.levels[person] == SELLER))
    since = np.maximum(since, staff.starts[person])
    yield from found("MGR-12", "User", person[rows], since[rows], until[rows], "An active seller without a manager.")


def held_reviews(conduct: Conduct) -> tuple[Ints, Any]:
    """The reviews that take place, as event numbers, and by event whether it is one of them."""
    events = conduct.events
    flags = np.isin(events.kind, (REVIEW, BUSINESS)) & ~events.is_child & events.is_held
    flags &= events.start < conduct.era.end
    return np.flatnonzero(flags), flags
