"""API calls are counted by object and kind, and a sync stops at its share of the org's quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.auth import SessionCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.errors import QuotaExceededError, QuotaShareError
from connectors.salesforce.usage import ApiUsage, CallCounter, kind_of

if TYPE_CHECKING:
    from connectors.salesforce.transport import Patience
    from tests.unit.connectors.salesforce.conftest import Org

BASE = "/services/data/v62.0/"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("jobs/query", "bulk job"),
        ("jobs/query/750", "bulk job"),
        ("jobs/query/750/results", "bulk results"),
        ("jobs/query/750/resultPages", "bulk results"),
        ("queryAll/", "query"),
        ("query/01g-2000", "query"),
        ("sobjects/Lead/describe", "describe"),
        ("sobjects", "describe"),
        ("sobjects/Lead/updated/", "replication"),
        ("limits/recordCount", "limits"),
        ("", "other"),
    ],
)
def test_every_call_has_a_kind(path: str, kind: str) -> None:
    assert kind_of(BASE + path) == kind


def test_calls_are_counted_for_the_object_that_they_are_about() -> None:
    calls = CallCounter()
    calls.add(BASE + "limits")
    with calls.about("Lead"):
        calls.add(BASE + "queryAll/")
        calls.add(BASE + "queryAll/")
    calls.add(BASE + "limits")
    assert calls.counts == {("", "limits"): 2, ("Lead", "query"): 2}
    assert calls.total == 4


def test_a_call_that_is_tried_again_is_counted_again(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.error(503, "SERVER_UNAVAILABLE"), org.json({}))
    client.get_json("limits")
    assert client.calls.counts == {("", "limits"): 2}


@pytest.mark.parametrize(("used", "is_beyond"), [(79, False), (80, True), (100, True)])
def test_a_share_is_used_up_when_it_is_reached(used: int, is_beyond: bool) -> None:
    assert ApiUsage(used, 100).is_beyond(0.8) is is_beyond
    assert not ApiUsage(used, 100).is_beyond(1.0)
    assert ApiUsage(used, 100).left == 100 - used


def test_no_further_call_is_made_beyond_the_share_but_to_take_a_job_away(org: Org, patience: Patience) -> None:
    org.on("GET", "limits", org.json({}, Sforce_Limit_Info="api-usage=800/1000"))
    org.on("DELETE", "jobs/query/750", org.reply(204))
    with Client(SessionCredentials(org.url, "t"), patience=patience, quota_share=0.8) as client:
        client.get_json("limits")
        with pytest.raises(QuotaShareError, match="800 of the org's 1,000") as caught:
            client.get_json("limits")
        client.request("DELETE", "jobs/query/750")
    assert isinstance(caught.value, QuotaExceededError)
    assert org.count("GET", "limits") == 1
    assert org.count("DELETE", "jobs/query/750") == 1
