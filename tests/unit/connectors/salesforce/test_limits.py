"""The org's limits and approximate counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.errors import ResponseError
from connectors.salesforce.limits import Limit, limits, record_counts

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org


def test_limits_are_read_by_name(org: Org, client: Client) -> None:
    answer = {"DailyApiRequests": {"Max": 15000, "Remaining": 14000}, "Odd": {"Max": 1}}
    org.on("GET", "limits/", org.json(answer))
    assert limits(client) == {"DailyApiRequests": Limit(15000, 14000)}


def test_limits_in_a_strange_shape_are_told(org: Org, client: Client) -> None:
    org.on("GET", "limits/", org.json([1, 2]))
    with pytest.raises(ResponseError):
        limits(client)


def test_counts_are_asked_for_all_objects_at_once(org: Org, client: Client) -> None:
    org.on("GET", "limits/recordCount", org.json({"sObjects": [{"name": "Lead", "count": 7}]}))
    assert record_counts(client, ["Lead", "Case"]) == {"Lead": 7}
    assert org.calls[-1].query == {"sObjects": "Lead,Case"}
