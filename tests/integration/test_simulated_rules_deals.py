"""Exceptions about deals (rules OPP-*) against what the simulated company says is wrong with each deal."""

from datetime import datetime, timedelta

import duckdb
import pytest

from connectors.sandbox.company import Company
from tests.support.telling import rows_of

pytestmark = pytest.mark.xdist_group("main_job")

OF_OPEN_DEALS = ("05", "09", "10", "13", "14", "15", "17", "18", "19", "25", "26")
# Of closed deals those are judged that closed within 90 days.
OF_DEALS = ("12", "20", "21", "22", "23", "24", "27", "28")
DAYS_JUDGED = 90

Found = dict[str, set[str]]


@pytest.fixture(scope="module")
def found(published: duckdb.DuckDBPyConnection) -> Found:
    rows = rows_of(
        published,
        "select rule_id, record_id from marts.fct_process_exceptions where status in ('open', 'waived')",
    )
    ids: Found = {}
    for row in rows:
        ids.setdefault(row["rule_id"], set()).add(row["record_id"])
    return ids


@pytest.fixture(scope="module")
def judged(published: duckdb.DuckDBPyConnection, now: datetime) -> set[str]:
    since = (now - timedelta(days=DAYS_JUDGED)).date()
    rows = rows_of(
        published,
        "select opportunity_id from marts.fct_opportunities "
        f"where is_open or cast(closed_at as date) >= date '{since}'",
    )
    return {row["opportunity_id"] for row in rows}


def test_what_is_wrong_with_open_deals_is_found_and_nothing_else(found: Found, company: Company, now: datetime) -> None:
    facts = company.facts_at(now)
    for rule in (f"OPP-{number}" for number in OF_OPEN_DEALS):
        assert found.get(rule, set()) == facts.get(rule, frozenset()), rule
    assert sum(bool(found.get(f"OPP-{number}")) for number in OF_OPEN_DEALS) > 6


def test_what_was_wrong_with_deals_is_found_as_long_as_they_are_judged(
    found: Found, judged: set[str], company: Company, now: datetime
) -> None:
    facts = company.facts_at(now)
    for rule in (f"OPP-{number}" for number in OF_DEALS):
        assert found.get(rule, set()) == facts.get(rule, frozenset()) & judged, rule
    assert sum(bool(found.get(f"OPP-{number}")) for number in OF_DEALS) > 2


def test_deals_adrift_are_found_among_those_too_long_in_their_stage_or_open_too_long(
    found: Found, company: Company, now: datetime
) -> None:
    """The company tells those that no threshold drawn from many won deals would spare; here wins are few."""
    facts = company.facts_at(now)
    told = [(rule, record) for rule in ("OPP-06", "OPP-07") for record in facts.get(rule, ())]
    assert sum(record in found.get(rule, ()) for rule, record in told) >= 0.8 * len(told)
    assert found["OPP-06"]


def test_next_steps_that_nobody_changed_are_found_as_far_as_it_can_be_known(
    found: Found, company: Company, now: datetime
) -> None:
    """The org keeps no history of next steps: a change that was taken back between two looks leaves no trace."""
    stale = company.facts_at(now)["OPP-03"]
    assert len(found["OPP-03"] - stale) <= 1
    assert len(found["OPP-03"] & stale) > len(stale) / 2
