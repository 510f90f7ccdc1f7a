"""Deletions are asked for from before the cursor on, and what getDeleted cannot answer is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from connectors.salesforce.deleted import Deletions, deletions
from connectors.salesforce.describe import describe_object
from connectors.salesforce.errors import ResponseError

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CURSOR = NOW - timedelta(hours=1, seconds=-30)
PATH = "sobjects/Opportunity/deleted/"


def told(*rows: tuple[str, str], earliest: str = "2026-11-07T09:00:00.000+0000") -> dict[str, Any]:
    return {
        "deletedRecords": [{"id": key, "deletedDate": at} for key, at in rows],
        "earliestDateAvailable": earliest,
        "latestDateCovered": "2026-11-22T08:59:00.000+0000",
    }


def ask(org: Org, client: Client, cursor: datetime | None = CURSOR) -> Deletions | None:
    org.describe(replicateable=True)
    description = describe_object(client, "Opportunity")
    return deletions(client, description, cursor=cursor, overlap=timedelta(minutes=10))


def test_the_time_asked_for_begins_at_a_full_minute_before_the_cursor(org: Org, client: Client) -> None:
    org.on("GET", PATH, org.json(told(("2", "2026-11-22T08:30:00.000Z"), ("1", "2026-11-22T08:10:00.000+0000"))))
    found = ask(org, client)
    (call,) = org.to("GET", PATH)
    assert call.query == {"start": "2026-11-22T07:50:00.000Z", "end": "2026-11-22T09:00:00.000Z"}
    assert found is not None
    assert [key for key, _ in found.rows] == ["1", "2"]
    assert (found.covered, found.has_gap) == (datetime(2026, 11, 22, 8, 59, tzinfo=UTC), False)
    assert [key for key, _ in found.before(datetime(2026, 11, 22, 8, 30, tzinfo=UTC))] == ["1"]


def test_deletions_that_the_org_forgot_are_a_gap(org: Org, client: Client) -> None:
    org.on("GET", PATH, org.json(told(earliest="2026-11-22T08:00:00.000+0000")))
    found = ask(org, client)
    assert found is not None
    assert found.has_gap


def test_a_cursor_of_more_than_fifteen_days_ago_is_a_gap_and_no_call(org: Org, client: Client) -> None:
    found = ask(org, client, NOW - timedelta(days=16))
    assert found is not None
    assert found.has_gap
    assert org.count("GET", PATH) == 0


@pytest.mark.parametrize(("code", "has_gap"), [("EXCEEDED_ID_LIMIT", True), ("INSUFFICIENT_ACCESS", False)])
def test_a_refusal_is_told_and_too_many_are_a_gap(
    code: str, has_gap: bool, org: Org, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    org.on("GET", PATH, org.error(400, code))
    found = ask(org, client)
    assert found is not None
    assert (found.rows, found.has_gap) == ((), has_gap)
    assert "getDeleted refused" in caplog.text


def test_without_a_cursor_or_replication_nothing_is_asked(org: Org, client: Client) -> None:
    assert ask(org, client, None) is None
    description = replace(describe_object(client, "Opportunity"), is_replicateable=False)
    assert deletions(client, description, cursor=CURSOR, overlap=timedelta(0)) is None


def test_an_answer_without_its_dates_is_no_answer(org: Org, client: Client) -> None:
    org.on("GET", PATH, org.json({"deletedRecords": []}))
    with pytest.raises(ResponseError, match="getDeleted"):
        ask(org, client)
