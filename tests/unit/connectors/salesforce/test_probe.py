"""The probe finds what would stop a sync, and never raises what Salesforce causes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.auth import ClientCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.probe import Finding, probe

if TYPE_CHECKING:
    from connectors.salesforce.transport import Patience
    from tests.unit.connectors.salesforce.conftest import Org


@pytest.fixture
def healthy(org: Org) -> Org:
    org.now = datetime.now(UTC)
    org.on("GET", "/services/data/", org.json([{"version": "61.0"}, {"version": "62.0"}]))
    org.on("GET", "limits/", org.json({"DailyApiRequests": {"Max": 1000, "Remaining": 900}}))
    org.on("GET", "sobjects", org.json({"sobjects": [{"name": "Opportunity", "queryable": True}]}))
    return org


def by_subject(client: Client, *requested: str) -> dict[str, Finding]:
    return {finding.subject: finding for finding in probe(client, requested or None)}


def test_a_healthy_org_has_only_good_findings_but_for_hidden_fields(healthy: Org, client: Client) -> None:
    found = by_subject(client, "Opportunity")
    assert [subject for subject, finding in found.items() if finding.level == "ok"] == [
        "login",
        "API version",
        "API requests",
        "clock",
    ]
    assert "StageName" in found["Opportunity"].message
    assert found["Opportunity"].level == "warning"


def test_objects_of_the_table_that_are_missing_are_named(healthy: Org, client: Client) -> None:
    assert by_subject(client)["ForecastingQuota"].level == "warning"


def test_an_object_that_cannot_be_described_is_an_error(healthy: Org, client: Client) -> None:
    healthy.on("GET", "sobjects/Opportunity/describe", healthy.error(403, "INSUFFICIENT_ACCESS"))
    assert by_subject(client, "Opportunity")["Opportunity"].level == "error"


def test_a_version_that_the_org_lacks_is_an_error(healthy: Org, client: Client) -> None:
    healthy.on("GET", "/services/data/", healthy.json([{"version": "58.0"}]))
    finding = by_subject(client)["API version"]
    assert (finding.level, "58.0" in finding.message) == ("error", True)


def test_a_quota_that_is_nearly_used_up_is_a_warning(healthy: Org, client: Client) -> None:
    healthy.on("GET", "limits/", healthy.json({"DailyApiRequests": {"Max": 1000, "Remaining": 50}}))
    assert by_subject(client)["API requests"].level == "warning"


def test_a_clock_that_is_off_is_a_warning(healthy: Org, client: Client) -> None:
    healthy.now = datetime.now(UTC) - timedelta(hours=1)
    finding = by_subject(client)["clock"]
    assert finding.level == "warning"
    assert "-3,6" in finding.message


def test_a_login_that_fails_is_the_only_finding(org: Org, patience: Patience) -> None:
    refusal = org.json({"error": "invalid_client", "error_description": "no"}, 400)
    org.on("POST", "/services/oauth2/token", refusal)
    with Client(ClientCredentials(org.url, "k", "s"), patience=patience) as client:
        findings = probe(client)
    assert [(finding.subject, finding.level) for finding in findings] == [("login", "error")]


def test_an_org_that_refuses_its_limits_is_an_error(healthy: Org, client: Client) -> None:
    healthy.on("GET", "limits/", healthy.error(403, "API_DISABLED_FOR_ORG"))
    assert by_subject(client)["Salesforce"].level == "error"


def test_an_unknown_object_is_an_error_with_a_suggestion(healthy: Org, client: Client) -> None:
    assert "Did you mean Opportunity" in by_subject(client, "Oportunity")["Salesforce"].message
