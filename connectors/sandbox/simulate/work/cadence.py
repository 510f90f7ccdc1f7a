"""The managers' own process: weekly reviews, forecast submissions and calls, one-to-ones; quarterly business reviews
and ride-alongs. Each at its rate is left out, late, cancelled or attended by few. All levels of managers hold them.
What reviews lead to: `outcomes`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints, weekday
from connectors.sandbox.simulate.setting.fiscal import QUARTER_MONTHS, first_days, quarters_of
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.rates import Rates
from connectors.sandbox.simulate.staff.people import CHIEF, FIRST_LINE, SELLER, Staff
from connectors.sandbox.simulate.work.meetings import (
    BUSINESS,
    CALL,
    FIRST_OWN,
    ONE_TO_ONE,
    REVIEW,
    RIDE_ALONG,
    SUBMISSION,
    Events,
    add_children,
    blank_events,
    keep_living,
    stacked,
)
from connectors.sandbox.simulate.work.touches import Touches

REVIEW_HOURS = {FIRST_LINE: 9, 2: 13, 3: 14, CHIEF: 16}
NOTICE = 8 * DAY
BLOCK = 13  # weeks
CALL_SHARE, SKIPPED_SHARE, ATTENDED_SHARE, FEW_SHARE = 0.9, 0.18, 0.97, 0.4
ONE_OF = 20
SMALL_TEAM = 3  # of which everyone attends, where one missing would already be too many
HALF_QUARTER, FOUR_WEEKS = 45 * DAY, 28 * DAY


@dataclass(slots=True)
class Weeks:
    """The weeks of the era: `mondays` are instants, `managers` and `reports` people.

    By report and week: `managed_by` is who leads the report then, NONE for nobody. By manager and week: `sizes`,
    the direct reports there are; `place` finds a manager's row by person.
    """

    mondays: Ints
    managers: Ints
    reports: Ints
    managed_by: Ints
    sizes: Ints
    place: Ints
    present: int


def weeks_of(era: Era, staff: Staff) -> Weeks:
    first = era.start // DAY
    first += -weekday(first) % 7
    mondays = np.arange(first, era.end // DAY - 6, 7) * DAY
    managers = np.flatnonzero(staff.levels >= FIRST_LINE)
    reports = np.flatnonzero((staff.levels >= SELLER) & (staff.levels < CHIEF))
    shape = (reports.size, mondays.size)
    who, when = np.broadcast_to(reports[:, None], shape).ravel(), np.broadcast_to(mondays, shape).ravel()
    managed_by = np.where(staff.work_at(who, when), staff.managers_at(who, when), NONE).reshape(shape)
    place = np.full(len(staff.people), NONE)
    place[managers] = np.arange(managers.size)
    sizes = np.zeros((managers.size, mondays.size), dtype=np.int64)
    row, week = np.nonzero(managed_by != NONE)
    np.add.at(sizes, (place[managed_by[row, week]], week), 1)
    return Weeks(
        mondays, managers, reports, managed_by, sizes, place, int(np.searchsorted(mondays, era.anchored, "right") - 1)
    )


def pipeline_reviews(era: Era, staff: Staff, weeks: Weeks, rates: Rates) -> Events:
    """One a week and manager, on Monday, with copies for those who attend."""
    stream = era.stream("pipeline reviews")
    shape = weeks.sizes.shape
    is_held = (weeks.sizes > 0) & (stream.random(shape) >= rates["MGR-01"])
    is_held &= ~_planned(weeks, rates["MGR-01"], 1, weeks.present - 1)
    is_empty = stream.random(shape) < rates["MGR-06"]
    attended = np.where(stream.random(shape) < rates["MGR-02"], FEW_SHARE, ATTENDED_SHARE)
    attended = np.where((weeks.sizes <= SMALL_TEAM) & (attended == ATTENDED_SHARE), 1.0, attended)
    attended = np.where(is_empty, 0.0, attended)
    row, week = np.nonzero(is_held)
    owner = weeks.managers[row]
    hours = np.array([REVIEW_HOURS[int(level)] for level in staff.levels[weeks.managers]]) + weeks.managers % 3
    start = weeks.mondays[week] + hours[row] * HOUR
    made = _own(REVIEW, owner, start, 60, start - NOTICE)
    number = np.full(shape, NONE)
    number[row, week] = np.arange(row.size)
    report, when = np.nonzero(weeks.managed_by != NONE)
    leader = weeks.place[weeks.managed_by[report, when]]
    comes = (number[leader, when] != NONE) & (stream.random(report.size) < attended[leader, when])
    return _invite(made, number[leader, when][comes], weeks.reports[report[comes]], staff)


def forecast_calls(era: Era, weeks: Weeks) -> Events:
    """One a week and manager, as series of a quarter of a year each: the pattern first."""
    stream = era.stream("forecast calls")
    row, week = np.nonzero((weeks.sizes > 0) & (stream.random(weeks.sizes.shape) < CALL_SHARE))
    owner = weeks.managers[row]
    start = weeks.mondays[week] + 15 * HOUR + weeks.managers[row] % 4 * HOUR // 2
    block = row * (weeks.mondays.size // BLOCK + 1) + week // BLOCK
    _, first, series = np.unique(block, return_index=True, return_inverse=True)
    patterns = _own(CALL, owner[first], start[first], 30, start[first] - NOTICE)
    patterns.is_pattern[:] = True
    patterns.series = np.arange(first.size)
    calls = _own(CALL, owner, start, 30, start[first][series] - NOTICE)
    calls.series = series
    return stacked(patterns, calls)


def submissions(era: Era, weeks: Weeks, rates: Rates) -> Events:
    """The forecast as each manager submits it, on Monday before noon; by rate later, or not at all."""
    stream = era.stream("submissions")
    shape = weeks.sizes.shape
    is_late = stream.random(shape) < rates["MGR-05"]
    is_made = (weeks.sizes > 0) & (~is_late | (stream.random(shape) < 0.5))
    is_made &= ~_planned(weeks, rates["MGR-05"], 2, weeks.present)
    row, week = np.nonzero(is_made)
    early = stream.integers(8 * HOUR, 12 * HOUR - 300, row.size)
    late = stream.integers(12 * HOUR + 1800, 42 * HOUR, row.size)
    start = weeks.mondays[week] + np.where(is_late[row, week], late, early)
    return _own(SUBMISSION, weeks.managers[row], start, 10, start)


def one_to_ones(era: Era, staff: Staff, weeks: Weeks, rates: Rates) -> Events:
    """One a week and report, at a time of their own; some single ones are skipped, and by rate some weeks on end.

    By rate too, a manager cancels those of a week and half of the next.
    """
    stream = era.stream("one-to-ones")
    report, week = np.nonzero(weeks.managed_by != NONE)
    blocks = (week.max(initial=0) // BLOCK) + 1
    shape = (weeks.reports.size, blocks)
    lapse = np.where(stream.random(shape) < rates["MGR-03"], stream.integers(0, BLOCK, shape), -BLOCK)
    length = stream.integers(3, 6, shape)
    turn = week % BLOCK - lapse[report, week // BLOCK]
    is_left_out = (turn >= 0) & (turn < length[report, week // BLOCK])
    is_left_out |= (report % ONE_OF == 3) & (np.abs(week - weeks.present + 1) <= 2) & (rates["MGR-03"] > 0)
    is_left_out |= ((report + week) % 2 == 0) & (stream.random(report.size) < SKIPPED_SHARE)
    report, week = report[~is_left_out], week[~is_left_out]
    person, owner = weeks.reports[report], weeks.managed_by[report, week]
    start = weeks.mondays[week] + (1 + person % 4) * DAY + (9 + person * 3 % 8) * HOUR
    kept = staff.work_at(person, start)
    person, owner, start, week = person[kept], owner[kept], start[kept], week[kept]
    made = _own(ONE_TO_ONE, owner, start, 30, np.maximum(start - NOTICE, staff.starts[person] + 1800))
    wave = (weeks.managers.size, blocks)
    waved = np.where(stream.random(wave) < rates["MGR-07"], stream.integers(0, BLOCK - 1, wave), -BLOCK)
    turn = week % BLOCK - waved[weeks.place[owner], week // BLOCK]
    is_cancelled = (turn == 0) | ((turn == 1) & (stream.random(week.size) < 0.5))
    is_cancelled |= _planned(weeks, rates["MGR-07"], 1, weeks.present - 1)[weeks.place[owner], week]
    cancelled = np.maximum(start - stream.integers(2 * HOUR, 20 * HOUR, week.size), made.entered + 60)
    made.deleted = np.where(is_cancelled & (cancelled < start), cancelled, NONE)
    return _invite(made, np.arange(start.size), person, staff)


def business_reviews(era: Era, staff: Staff, rates: Rates) -> Events:
    """One a quarter and manager with all direct reports, in the first four weeks; by rate later, or not at all."""
    stream = era.stream("business reviews")
    quarters = quarter_starts(era)
    managers = np.flatnonzero(staff.levels >= FIRST_LINE)
    shape = (managers.size, quarters.size)
    is_late = stream.random(shape) < rates["MGR-09"]
    row, quarter = np.nonzero(~is_late | (stream.random(shape) < 0.5))
    ahead = np.where(is_late[row, quarter], stream.integers(30, 60, row.size), stream.integers(2, 25, row.size))
    day = quarters[quarter] // DAY + ahead
    day = np.where(weekday(day) > 4, day + 7 - weekday(day), day)
    start = day * DAY + 14 * HOUR
    made = _own(BUSINESS, managers[row], start, 120, start - 20 * DAY)
    event, person = _under(staff, made.owner, quarter, start)
    return _invite(made, event, person, staff)


def _under(staff: Staff, owner: Ints, quarter: Ints, start: Ints) -> tuple[Ints, Ints]:
    """(event, person) of all who report to the owner of each event, a quarter's only one, when it begins."""
    people = np.flatnonzero((staff.levels >= SELLER) & (staff.levels < CHIEF) & (staff.ends == NONE))
    events, invited = [], []
    for number in np.unique(quarter).tolist():
        these = np.flatnonzero(quarter == number)
        event_of = np.full(len(staff.people) + 1, NONE)
        event_of[owner[these]] = these
        around = np.full(people.size, int(np.median(start[these])))
        event = event_of[staff.managers_at(people, around)]
        person, event = people[event != NONE], event[event != NONE]
        is_there = staff.work_at(person, start[event] - DAY) & (staff.managers_at(person, start[event]) == owner[event])
        events.append(event[is_there])
        invited.append(person[is_there])
    return np.concatenate(events), np.concatenate(invited)


def ride_alongs(era: Era, staff: Staff, book: Book, visits: Touches, rates: Rates) -> Events:
    """The manager goes along to a seller's customer once in the first half of a quarter; by rate later, or never."""
    stream = era.stream("ride-alongs")
    quarters = quarter_starts(era)
    sellers = np.flatnonzero(staff.levels == SELLER)
    who = np.repeat(sellers, quarters.size)
    begins = np.tile(quarters, sellers.size)
    is_late = stream.random(who.size) < rates["MGR-04"]
    wanted = begins + np.where(is_late, HALF_QUARTER, 0) + stream.integers(2 * DAY, 34 * DAY, who.size)
    found = visits.nearest(who, wanted)
    at = np.where(found == NONE, NONE, visits.at[found])
    begin = begins + np.where(is_late, HALF_QUARTER + DAY, 0)
    end = begins + np.where(is_late, 89 * DAY, HALF_QUARTER - DAY)
    kept = (at >= begin) & (at < end) & (~is_late | (stream.random(who.size) < 0.5))
    found, who, at = found[kept], who[kept], at[kept]
    managers = staff.managers_at(who, at)
    kept = managers != NONE
    found, who, at, managers = found[kept], who[kept], at[kept], managers[kept]
    start = at // (HOUR // 2) * (HOUR // 2)
    floor = np.maximum(book.deals.created[visits.deal[found]], staff.starts[who]) + 600
    kept = floor < start
    found, who, start, floor = found[kept], who[kept], start[kept], floor[kept]
    made = _own(RIDE_ALONG, managers[kept], start, 90, np.maximum(start - 6 * DAY, floor))
    made.deal = visits.deal[found]
    keep_living(made, book)
    return _invite(made, np.arange(start.size), who, staff)


def quarter_starts(era: Era) -> Ints:
    """The first instants of the fiscal quarters that begin within the era."""
    first, last = quarters_of(np.array([era.start // DAY, era.end // DAY]), era.fiscal_month)
    months = np.arange(first + 1, last + 1) * QUARTER_MONTHS + era.fiscal_month - 1
    return np.asarray(first_days(months) * DAY, dtype=np.int64)


def _planned(weeks: Weeks, rate: float, turn: int, week: int) -> Any:
    """By manager and week: what is planted in a week near the anchor by plan, for one manager of each twenty."""
    flags = np.zeros(weeks.sizes.shape, dtype=bool)
    sized = np.flatnonzero(weeks.sizes[:, week] > 0)
    flags[sized[-turn::-ONE_OF], week] = rate > 0
    return flags


def _own(kind: int, owner: Ints, start: Ints, minutes: int, entered: Ints) -> Events:
    made = blank_events(start.size, owner=owner.copy(), start=start.copy(), entered=entered.copy())
    made.kind[:], made.minutes[:], made.shift[:] = kind, minutes, 0
    made.subject[:] = FIRST_OWN + kind - RIDE_ALONG
    return made


def _invite(made: Events, parents: Ints, people: Ints, staff: Staff) -> Events:
    """Copies for those who accept; who is new accepts when there."""
    count = len(made)
    both = add_children(made, parents, people)
    both.entered[count:] = np.maximum(both.entered[count:], staff.starts[people] + 1800)
    return both
