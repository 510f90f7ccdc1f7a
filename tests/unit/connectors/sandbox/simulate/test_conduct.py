"""What people do: proportions, and that rates, totals and the managers' process are what they are said to be."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import pytest

from connectors.sandbox.simulate.deals.customers import make_customers
from connectors.sandbox.simulate.deals.pipeline import fill_pipeline
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.money import choose_currencies
from connectors.sandbox.simulate.setting.rates import PLANTED
from connectors.sandbox.simulate.staff.hiring import hire
from connectors.sandbox.simulate.staff.quotas import quotas, sales_of
from connectors.sandbox.simulate.truth.activity_facts import activity_facts
from connectors.sandbox.simulate.truth.activity_totals import activity_totals, coverage
from connectors.sandbox.simulate.truth.findings import Spans, flag_spans
from connectors.sandbox.simulate.truth.lead_facts import lead_facts
from connectors.sandbox.simulate.truth.lead_totals import lead_totals
from connectors.sandbox.simulate.truth.manager_facts import duty_facts
from connectors.sandbox.simulate.truth.staff_totals import staff_totals
from connectors.sandbox.simulate.truth.team_facts import team_facts
from connectors.sandbox.simulate.work.conduct import Conduct, act
from connectors.sandbox.simulate.work.meetings import ONE_TO_ONE, REVIEW

ANCHOR = date(2026, 3, 18)


def conduct_of(**more: Any) -> Conduct:
    era = Era(7, 1.0, ANCHOR, **more)
    staff = hire(era)
    book = fill_pipeline(era, staff).book
    return act(era, staff, book, make_customers(era, book.accounts), choose_currencies(era, book))


def facts_of(conduct: Conduct) -> Counter[str]:
    every = [activity_facts(conduct), lead_facts(conduct), duty_facts(conduct), team_facts(conduct)]
    counted: Counter[str] = Counter()
    for facts in every:
        for each in facts:
            counted[each.rule] += len(each.since)
    return counted


@pytest.fixture(scope="module")
def conduct() -> Conduct:
    return conduct_of()


@pytest.fixture(scope="module")
def blameless() -> Counter[str]:
    return facts_of(conduct_of(rates=dict.fromkeys(PLANTED, 0.0)))


def test_every_rule_about_activities_leads_and_managers_is_planted(conduct: Conduct) -> None:
    assert set(facts_of(conduct)) == set(PLANTED)
    assert all(count > 0 for count in facts_of(conduct).values())


def test_at_rate_zero_nothing_is_planted(conduct: Conduct, blameless: Counter[str]) -> None:
    """What chance alone brings about remains, and is little."""
    chance = {"ACT-02", "ACT-04", "ACT-08", "LEAD-01", "LEAD-02", "LEAD-03", "MGR-02", "MGR-03", "MGR-04", "MGR-06"}
    planted = facts_of(conduct)
    for rule in PLANTED:
        if rule in chance:
            assert blameless[rule] < 0.6 * planted[rule], rule
        else:
            assert blameless[rule] == 0, rule


def test_leads_wait_in_a_queue_and_are_answered_after_their_assignment(conduct: Conduct) -> None:
    leads = conduct.leads
    assert 0.4 < leads.is_queued.mean() < 0.9
    assert np.all(leads.assigned >= leads.created)
    worked = leads.worked != NONE
    assert np.all(leads.worked[worked] > leads.assigned[worked])
    assert np.median((leads.worked - leads.assigned)[worked]) < 8 * HOUR
    queued = np.flatnonzero(leads.is_queued)
    assert np.all(leads.owner_at(queued, leads.assigned[queued] - 1) == NONE)


def test_half_of_the_duplicates_are_merged_into_the_lead_that_they_double(conduct: Conduct) -> None:
    leads = conduct.leads
    doubles = np.flatnonzero(leads.original != NONE)
    merged = doubles[leads.merged[doubles] != NONE]
    assert 0.25 < merged.size / doubles.size < 0.75
    assert np.all(leads.created[leads.original[merged]] < leads.created[merged])
    assert np.all(leads.merged[leads.original[merged]] == NONE)


def test_no_seller_does_anything_while_silent_or_gone(conduct: Conduct) -> None:
    tasks, staff = conduct.tasks, conduct.staff
    left = staff.ends[tasks.owner]
    assert np.all((left == NONE) | (tasks.entered < left))
    assert np.all((left == NONE) | (tasks.completed < left))


def test_every_level_of_managers_reviews_its_direct_reports(conduct: Conduct) -> None:
    events, staff = conduct.events, conduct.staff
    reviews = np.flatnonzero((events.kind == REVIEW) & ~events.is_child)
    assert set(staff.levels[events.owner[reviews]].tolist()) == {1, 2, 3, 4}
    copies = np.flatnonzero((events.kind == REVIEW) & events.is_child)
    mondays = events.start[copies] - (events.start[copies] - conduct.weeks.mondays[0]) % (7 * DAY)
    managers = staff.managers_at(events.owner[copies], mondays)
    assert np.array_equal(managers, events.owner[events.parent[copies]])


def test_cancelled_one_to_ones_take_their_copies_along(conduct: Conduct) -> None:
    events = conduct.events
    copies = np.flatnonzero((events.kind == ONE_TO_ONE) & events.is_child)
    assert np.array_equal(events.deleted[copies], events.deleted[events.parent[copies]])
    assert (events.deleted[copies] != NONE).sum() > 5


def test_a_rep_that_moves_has_a_user_version_for_each_manager(conduct: Conduct) -> None:
    staff = conduct.staff
    moved = next(person for person in staff.people if person.moves)
    at, heir = moved.moves[0]
    who = np.array([moved.index, moved.index])
    assert staff.managers_at(who, np.array([at - 1, at])).tolist() == [moved.manager, heir]


def test_totals_of_activities_are_a_plain_count(conduct: Conduct) -> None:
    at = conduct.era.anchored + 12 * HOUR
    rows = activity_totals(conduct, at)
    calls = sum(int(str(row["count"])) for row in rows if row["type"] == "Call")
    tasks = conduct.tasks
    is_there = (tasks.completed != NONE) & (tasks.completed <= at) & ((tasks.deleted == NONE) | (tasks.deleted > at))
    assert calls == int((is_there & (tasks.kind == 0) & ~tasks.is_pattern).sum())
    assert all(str(row["date"]) <= ANCHOR.isoformat() for row in rows)


def test_coverage_grows_with_the_days_that_count(conduct: Conduct) -> None:
    at = conduct.era.anchored + 12 * HOUR
    told = [coverage(conduct, at, days) for days in (3, 14, 60)]
    touched = [int(str(each["touched"])) for each in told]
    assert touched == sorted(touched)
    assert 0 < touched[0] < touched[2] <= int(str(told[0]["open"]))


def test_lead_totals_count_each_lead_once(conduct: Conduct) -> None:
    at = conduct.era.anchored
    rows = lead_totals(conduct, at)
    leads = conduct.leads
    alive = (leads.created <= at) & ((leads.merged == NONE) | (leads.merged > at))
    assert sum(int(str(row["created"])) for row in rows) == int(alive.sum())
    converted = int((alive & leads.is_converted & (leads.closed <= at)).sum())
    assert sum(int(str(row["converted"])) for row in rows) == converted


def test_totals_are_told_as_of_an_instant(conduct: Conduct) -> None:
    told = quotas(conduct.era, conduct.staff, sales_of(conduct.book))
    early = staff_totals(conduct, told, conduct.era.start + 200 * DAY)
    late = staff_totals(conduct, told, conduct.era.anchored)
    assert all(len(late[name]) >= len(early[name]) for name in early)
    assert len(late["quotas"]) > len(early["quotas"]) > 0


def test_spans_are_merged_subtracted_and_cut() -> None:
    who = np.array([1, 1, 2])
    busy = Spans(who, np.array([0, 5, 0]), np.array([6, 10, 4])).merged()
    assert (busy.who.tolist(), busy.since.tolist(), busy.until.tolist()) == ([1, 2], [0, 0], [10, 4])
    rest = busy.without(Spans(np.array([1]), np.array([2]), np.array([3])))
    assert (rest.who.tolist(), rest.since.tolist(), rest.until.tolist()) == ([1, 1, 2], [0, 3, 0], [2, 10, 4])
    both = busy.within(Spans(np.array([1, 2]), np.array([8, 9]), np.array([20, 20])))
    assert (both.who.tolist(), both.since.tolist(), both.until.tolist()) == ([1], [8], [10])


def test_a_flag_holds_from_its_first_yes_to_the_next_no() -> None:
    who, at = np.array([1, 1, 1, 2, 2]), np.array([0, 4, 9, 1, 2])
    spans = flag_spans(who, at, np.array([True, True, False, False, True]))
    assert (spans.who.tolist(), spans.since.tolist(), spans.until.tolist()) == ([1, 2], [0, 2], [9, NONE])
