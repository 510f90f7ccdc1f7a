"""Exceptions about activities, leads and managers against what the simulated company says of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.work.meetings import ONE_TO_ONE
from tests.support.telling import BIN_DAYS, rows_of

pytestmark = pytest.mark.xdist_group("main_job")

# Which of the records that the company names a rule judges at all: these, as a query of their ids.
LOGGED_LATELY = "select activity_id from marts.fct_activities where created_at >= timestamp '{now}' - interval 90 day"
CLOSED_LATELY = (
    "select opportunity_id from marts.fct_opportunities "
    "where is_closed and date_diff('day', closed_at, timestamp '{now}') <= 90"
)
STILL_HERE = "select user_id from marts.dim_users where is_active"
# Of a touch that was written down on a later day the marts know the day alone: on the day on which the limit ends
# it may have been in time or not, which the company knows.
ASSIGNED_LATELY = """
    select leads.lead_id from marts.fct_leads as leads join raw_salesforce.lead as told on leads.lead_id = told.id
    where told.assigned_at__c >= timestamp '{now}' - interval 90 day and not coalesce(
        leads.first_touched_at = date_trunc('day', told.assigned_at__c + interval 1 day), false
    )
"""
CONVERTED_LATELY = (
    "select lead_id from marts.fct_leads where date_diff('day', converted_date, date '{now:%Y-%m-%d}') <= 90"
)
HELD_LATELY = (
    "select meeting_id from intermediate.int_manager_meetings where ends_at >= timestamp '{now}' - interval 30 day"
)
JUDGED = {
    "ACT-01": LOGGED_LATELY,
    "ACT-02": LOGGED_LATELY,
    "ACT-03": STILL_HERE,
    "ACT-06": LOGGED_LATELY,
    "ACT-07": CLOSED_LATELY,
    "ACT-09": STILL_HERE,
    "LEAD-01": ASSIGNED_LATELY,
    "LEAD-03": CONVERTED_LATELY,
    "MGR-02": HELD_LATELY,
    "MGR-06": HELD_LATELY,
}
# At this scale some rules may find nothing on a day.
ALWAYS_FOUND = ("ACT-01", "ACT-02", "ACT-04", "ACT-06", "LEAD-02", "MGR-11")
RULES = tuple(f"ACT-0{number}" for number in range(1, 10)) + tuple(f"LEAD-0{number}" for number in range(1, 5))
RULES += tuple(f"MGR-{number:02}" for number in range(1, 13) if number != 7)


@pytest.fixture(scope="module")
def planted(company: Company, now: datetime) -> dict[str, frozenset[str]]:
    return company.facts_at(now)


@pytest.fixture(scope="module")
def warehouse(main_home: Path, now: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(main_home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def _found(published: duckdb.DuckDBPyConnection, rule: str) -> set[str]:
    query = f"select record_id from marts.fct_process_exceptions where rule_id = '{rule}' and status <> 'resolved'"
    return {row["record_id"] for row in rows_of(published, query)}


@pytest.mark.parametrize("rule", RULES)
def test_exceptions_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection,
    warehouse: duckdb.DuckDBPyConnection,
    planted: dict[str, frozenset[str]],
    now: datetime,
    rule: str,
) -> None:
    truth = set(planted.get(rule, ()))
    if rule in JUDGED:
        query = JUDGED[rule].format(now=now.replace(tzinfo=None))
        truth &= {row[0] for row in warehouse.execute(query).fetchall()}
    assert _found(published, rule) == truth
    assert truth or rule not in ALWAYS_FOUND


def test_managers_who_cancel_one_to_ones_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection, company: Company, planted: dict[str, frozenset[str]], now: datetime
) -> None:
    """What was cancelled had left the recycle bin after fifteen days, and the org was first met a day ago."""
    events = company.conduct.events
    since = int((now - timedelta(days=1 + BIN_DAYS)).timestamp())
    cancelled = np.flatnonzero(
        (events.kind == ONE_TO_ONE) & ~events.is_child & (events.deleted > since) & (events.deleted <= now.timestamp())
    )
    counts = np.bincount(events.owner[cancelled], minlength=len(company.staff.ids))
    known = {company.staff.ids[number] for number in np.flatnonzero(counts >= 2)}
    assert _found(published, "MGR-07") == known
    assert known <= planted.get("MGR-07", frozenset())
