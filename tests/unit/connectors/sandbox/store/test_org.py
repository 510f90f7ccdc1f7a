"""Record versions behind the clock: what is shown when, what leaves the bin, and what is never undone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org


def shown(org: Org, sql: str) -> list[Any]:
    return org.cursor().execute(sql).fetchall()


def test_a_record_is_shown_as_of_the_clock(make_tiny: Callable[[datetime], Org]) -> None:
    org = make_tiny(datetime(2026, 3, 9))
    bolt = 'SELECT "IsDeleted", "SystemModstamp" FROM current."Account" WHERE "Name" = \'Bolt\''
    assert shown(org, bolt) == [(False, datetime(2026, 1, 1, 8))]
    org.advance_to(datetime(2026, 3, 10, 9))
    assert shown(org, bolt) == [(True, datetime(2026, 3, 10, 9))]


def test_a_deleted_record_leaves_the_recycle_bin_after_fifteen_days(make_tiny: Callable[[datetime], Org]) -> None:
    org = make_tiny(datetime(2026, 3, 25, 8))
    count = 'SELECT count(*) FROM current."Account"'
    assert shown(org, count) == [(3,)]
    org.advance_to(datetime(2026, 3, 25, 10))
    assert shown(org, count) == [(2,)]


def test_nothing_is_shown_before_it_was_made(make_tiny: Callable[[datetime], Org]) -> None:
    assert make_tiny(datetime(2025, 12, 31)).count("Account") == 0


def test_a_closed_task_is_archived_a_year_after_its_day(make_tiny: Callable[[datetime], Org]) -> None:
    org = make_tiny(datetime(2026, 3, 18))
    flags = 'SELECT "Subject" FROM current."Task" WHERE "IsArchived" ORDER BY 1'
    assert shown(org, flags) == [("Old call",)]
    org.advance_to(datetime(2027, 3, 25))
    assert shown(org, flags) == [("Call",), ("Old call",)]


def test_the_clock_never_goes_back(tiny: Any) -> None:
    refused = tiny.control("advance", to="2020-01-01T00:00:00Z")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_CLOCK")
    assert "cannot go back" in refused.json()[0]["message"]


@pytest.mark.parametrize(
    ("told", "now"),
    [
        ({"days": 2}, "2026-03-20T12:00:00.000+0000"),
        ({"hours": 1.5}, "2026-03-18T13:30:00.000+0000"),
        ({"to": "2026-04-01T02:00:00+02:00"}, "2026-04-01T00:00:00.000+0000"),
    ],
)
def test_the_clock_is_moved_over_http(moving: Any, told: dict[str, Any], now: str) -> None:
    assert moving.control("advance", **told).json() == {"now": now}


def test_an_advance_without_a_step_is_refused(tiny: Any) -> None:
    assert tiny.control("advance").status_code == 400
    assert tiny.control("advance", days="many").status_code == 400


def test_a_live_clock_runs_and_a_still_one_stands() -> None:
    start = datetime(2026, 3, 18, 12)
    assert Clock(start).now == start
    live = Clock(start - timedelta(seconds=3), is_live=True)
    live._started -= 3
    assert live.now >= start


def test_a_company_lives_on_without_undoing_anything() -> None:
    """Step by step: rows that are seen keep their creation, history only grows, stamps only rise."""
    org = open_company(seed=3, scale=0.03, anchor=date(2026, 3, 18), clock=Clock(datetime(2026, 3, 18)))
    rows = 'SELECT "Id", "CreatedDate", "SystemModstamp" FROM current."Opportunity"'
    moves = 'SELECT * FROM current."OpportunityHistory" WHERE NOT "IsDeleted"'
    gone = 'SELECT "Id" FROM current."Opportunity" WHERE "IsDeleted"'
    changed = 0
    for week in range(1, 6):
        before = {row[0]: row[1:] for row in shown(org, rows)}
        history = set(shown(org, moves))
        bin_ = {row[0] for row in shown(org, gone)}
        org.advance_to(datetime(2026, 3, 18) + timedelta(weeks=week))
        after = {row[0]: row[1:] for row in shown(org, rows)}
        missing = before.keys() - after.keys()
        assert missing <= bin_
        for record_id, (created, stamped) in after.items():
            was_created, was_stamped = before.get(record_id, (created, stamped))
            assert created == was_created
            assert stamped >= was_stamped
            changed += stamped > was_stamped
        now_deleted = {row[0] for row in shown(org, gone)} | bin_
        lost = {row for row in history - set(shown(org, moves)) if row[1] not in now_deleted}
        assert not lost
        assert max(stamped for _, stamped in after.values()) <= org.clock.now
    assert changed > 10


def test_moving_the_clock_adds_quotas_and_stamps_those_that_change() -> None:
    org = open_company(seed=3, scale=0.03, anchor=date(2026, 3, 18), clock=Clock(datetime(2024, 1, 1)))
    seen: dict[str, tuple[Any, ...]] = {}
    last, changed = datetime(2024, 1, 1), 0
    for now in (datetime(2024, 1, 2), datetime(2024, 8, 20), datetime(2025, 12, 20), datetime(2026, 9, 1)):
        org.advance_to(now)
        columns = '"Id", "QuotaOwnerId", "PeriodId", "QuotaAmount", "SystemModstamp"'
        told = {row[0]: row[1:] for row in shown(org, f'SELECT {columns} FROM current."ForecastingQuota"')}
        assert seen.keys() < told.keys()
        for record_id, before in seen.items():
            after = told[record_id]
            assert after[:2] == before[:2]
            assert (after[2] != before[2]) == (after[3] > last)
            changed += after != before
        seen, last = told, now
    assert changed


def test_advancing_in_steps_shows_the_same_as_starting_late() -> None:
    anchor, late = date(2026, 3, 18), datetime(2026, 5, 2, 17)
    stepped = open_company(seed=3, scale=0.03, anchor=anchor, clock=Clock(datetime(2026, 3, 18)))
    stepped.advance_to(datetime(2026, 4, 1))
    stepped.advance_to(late)
    fresh = open_company(seed=3, scale=0.03, anchor=anchor, clock=Clock(late))
    for name in fresh.schema:
        rows = f'SELECT * FROM current."{name}" ORDER BY "Id"'
        assert shown(stepped, rows) == shown(fresh, rows), name
