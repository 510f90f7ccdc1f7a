"""What is synced: THE TABLE where the org has it, or exactly what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.errors import UnknownObjectError
from connectors.salesforce.objects import OBJECTS
from connectors.salesforce.plan import resolve_objects

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org


def offer(org: Org, *names: str) -> None:
    org.on("GET", "sobjects", org.json({"sobjects": [{"name": name, "queryable": True} for name in names]}))


def test_what_the_org_lacks_is_missing_and_no_error(org: Org, client: Client) -> None:
    offer(org, *(entry.name for entry in OBJECTS if entry.name != "ForecastingQuota"), "Case")
    objects, missing = resolve_objects(client, None)
    assert [entry.name for entry in objects] == [e.name for e in OBJECTS if e.name != "ForecastingQuota"]
    assert missing == ("ForecastingQuota",)


def test_an_object_outside_the_table_can_be_asked_for(org: Org, client: Client) -> None:
    offer(org, "Case", "Opportunity")
    objects, missing = resolve_objects(client, ["case", " Opportunity ", "CASE"])
    assert [(entry.name, bool(entry.fields)) for entry in objects] == [("Case", False), ("Opportunity", True)]
    assert missing == ()


def test_an_unknown_object_is_refused_with_names_that_are_close(org: Org, client: Client) -> None:
    offer(org, "Opportunity", "OpportunityHistory", "Account")
    with pytest.raises(UnknownObjectError, match=r"Did you mean Opportunity\b") as caught:
        resolve_objects(client, ["Oportunity"])
    assert caught.value.suggestions[0] == "Opportunity"


def test_an_object_that_cannot_be_queried_is_not_offered(org: Org, client: Client) -> None:
    org.on("GET", "sobjects", org.json({"sobjects": [{"name": "Lead", "queryable": False}]}))
    assert "Lead" in resolve_objects(client).missing
    with pytest.raises(UnknownObjectError):
        resolve_objects(client, ["Lead"])
