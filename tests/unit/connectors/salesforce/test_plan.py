"""What is synced: THE TABLE where the org has it, or exactly what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.errors import ObjectChoiceError, TableNameError, UnknownObjectError
from connectors.salesforce.objects import OBJECTS
from connectors.salesforce.plan import resolve_objects, without

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


def names(org: Org, client: Client, *requested: str, exclude: tuple[str, ...] = ()) -> list[str]:
    offer(org, "Account", "Opportunity", "OpportunityHistory", "Invoice__c", "Order_Line__c")
    return [entry.name for entry in resolve_objects(client, requested, exclude).objects]


def test_patterns_are_matched_against_what_the_org_offers(org: Org, client: Client) -> None:
    assert names(org, client, "opportunity*", "*__c") == [
        "Opportunity",
        "OpportunityHistory",
        "Invoice__c",
        "Order_Line__c",
    ]
    assert names(org, client, "*__c", "Account", "Acc*") == ["Invoice__c", "Order_Line__c", "Account"]
    assert names(org, client, "*", exclude=("*history", "ACCOUNT")) == ["Opportunity", "Invoice__c", "Order_Line__c"]
    assert names(org, client, exclude=("Opportunity*",)) == ["Account"]


def test_a_pattern_that_matches_nothing_is_refused_and_named(org: Org, client: Client) -> None:
    with pytest.raises(ObjectChoiceError, match=r"'Oportunity\*' cannot be used: no object that can be read") as caught:
        names(org, client, "Account", "Oportunity*")
    assert caught.value.exit_code == 2
    with pytest.raises(ObjectChoiceError, match="excludes every object"):
        names(org, client, "Opp*", exclude=("*",))


def test_objects_that_would_share_a_table_are_refused_until_one_is_excluded(org: Org, client: Client) -> None:
    offer(org, "LostDeal__c", "Lost_Deal__c")
    with pytest.raises(TableNameError, match=r"LostDeal__c, Lost_Deal__c would all be the table 'lost_deal__c'"):
        resolve_objects(client, ["*__c"])
    assert [entry.name for entry in resolve_objects(client, ["*__c"], ["LostDeal*"]).objects] == ["Lost_Deal__c"]


def test_a_pattern_that_excludes_nothing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert without(["Lead"], ["Led*"]) == ("Lead",)
    assert "Led* excludes nothing" in caplog.text
