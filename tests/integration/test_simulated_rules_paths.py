"""Exceptions about deals' ways through the stages, and sellers' ways with them, against what the company planted."""

from datetime import datetime
from typing import Any

import duckdb
import pytest

from connectors.sandbox.company import Company
from tests.support.telling import rows_of

pytestmark = pytest.mark.xdist_group("main_job")

CLOSED_WITHIN_DAYS = 90
OF_DEALS = ("PATH-02", "PATH-03", "PATH-04", "PATH-05", "PATH-07", "PATH-14")
SWITCHED = "select opportunity_id from marts.fct_opportunity_changes where field_name = 'RecordType'"
OF_NO_TYPE = "select opportunity_id from marts.fct_opportunities where record_type is null"


@pytest.fixture(scope="module")
def planted(company: Company, now: datetime) -> dict[str, frozenset[str]]:
    return company.facts_at(now)


@pytest.fixture(scope="module")
def found(published: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = rows_of(
        published,
        "select rule_id, record_id from marts.fct_process_exceptions "
        "where rule_id like 'PATH-%' and status in ('open', 'waived')",
    )
    told: dict[str, set[str]] = {}
    for row in rows:
        told.setdefault(row["rule_id"], set()).add(row["record_id"])
    return told


def _ids(published: duckdb.DuckDBPyConnection, query: str) -> set[Any]:
    return {next(iter(row.values())) for row in rows_of(published, query)}


@pytest.fixture(scope="module")
def judged(published: duckdb.DuckDBPyConnection, now: datetime) -> set[str]:
    """The open deals and those closed lately: longer ago nobody can act."""
    return _ids(
        published,
        "select opportunity_id from marts.fct_opportunities where is_open "
        f"or date_diff('day', closed_at, timestamp '{now.replace(tzinfo=None)}') <= {CLOSED_WITHIN_DAYS}",
    )


@pytest.mark.parametrize("rule", OF_DEALS)
def test_exceptions_about_the_ways_of_deals_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection,
    planted: dict[str, frozenset[str]],
    found: dict[str, set[str]],
    judged: set[str],
    rule: str,
) -> None:
    """Steps are judged by the process that the deal has now, the company tells them by that of the time; where there
    is no record type, by the order of the org's stages, and the company tells none."""
    left_out: set[Any] = set()
    if rule == "PATH-02":
        left_out = _ids(published, SWITCHED) | _ids(published, OF_NO_TYPE)
    assert found.get(rule, set()) - left_out == (planted.get(rule, frozenset()) & judged) - left_out


def test_ended_deals_far_from_the_way_of_their_process_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection,
    planted: dict[str, frozenset[str]],
    found: dict[str, set[str]],
    judged: set[str],
) -> None:
    """The company tells the way of a deal that was closed once; one that is open again has not ended."""
    ended = _ids(published, "select opportunity_id from marts.fct_opportunities where is_closed")
    assert found.get("PATH-06", set()) == planted["PATH-06"] & judged & ended


def test_steps_back_and_ways_far_off_are_found(found: dict[str, set[str]]) -> None:
    assert found["PATH-02"]
    assert found["PATH-06"]


def test_deals_at_a_proposal_without_a_meeting_are_the_planted_ones(
    published: duckdb.DuckDBPyConnection, planted: dict[str, frozenset[str]], found: dict[str, set[str]]
) -> None:
    """An event without a type is a meeting to the company; the org cannot know that it was one."""
    untold = _ids(
        published,
        "select opportunity_id from marts.fct_activities "
        "where activity_kind = 'event' and is_completed and not is_meeting and opportunity_id is not null",
    )
    assert found.get("PATH-11", set()) - untold == planted.get("PATH-11", frozenset()) - untold


def test_who_changes_many_deals_in_one_go_is_who_does(
    published: duckdb.DuckDBPyConnection, now: datetime, planted: dict[str, frozenset[str]], found: dict[str, set[str]]
) -> None:
    """Counted anew, window by window; and all who did so are known to the company, which never forgets it."""
    rows = rows_of(
        published,
        "select versions.changed_by_id, versions.opportunity_id, epoch(versions.valid_from) as at "
        "from marts.fct_opportunity_versions as versions "
        "join marts.dim_users as users on users.user_id = versions.changed_by_id "
        "where versions.version_number > 1 and users.is_active and users.is_person "
        f"and date_diff('day', versions.valid_from, timestamp '{now.replace(tzinfo=None)}') <= 90",
    )
    swept = set()
    for user in {row["changed_by_id"] for row in rows}:
        own = [(row["at"], row["opportunity_id"]) for row in rows if row["changed_by_id"] == user]
        if any(len({deal for at, deal in own if begun <= at <= begun + 900}) >= 8 for begun, _ in own):
            swept.add(user)
    assert found.get("PATH-08", set()) == swept
    assert swept <= planted["PATH-08"]


@pytest.mark.parametrize("rule", ["PATH-09", "PATH-12", "PATH-13"])
def test_hardly_a_seller_without_the_habit_is_told_to_have_it(
    planted: dict[str, frozenset[str]], found: dict[str, set[str]], rule: str
) -> None:
    """A habit is planted as an inclination. Of 100,000 deals the rules found 22 of 46, 44 of 45 and 37 of 48
    sellers who have it, and none, none and 3 others; of so few, hardly anyone has enough of them to be judged."""
    assert len(found.get(rule, set()) - planted.get(rule, frozenset())) <= 1
