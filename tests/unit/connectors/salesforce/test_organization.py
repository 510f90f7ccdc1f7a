"""The facts about the org."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.errors import ResponseError
from connectors.salesforce.organization import Organization, fetch_organization

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org


def test_the_time_zone_and_the_fiscal_year_are_read(org: Org, client: Client) -> None:
    row = {
        "Id": "00D1",
        "Name": "Acme",
        "TimeZoneSidKey": "Europe/Paris",
        "FiscalYearStartMonth": 4,
        "IsSandbox": True,
    }
    org.on("GET", "query/", org.json({"totalSize": 1, "done": True, "records": [row]}))
    assert fetch_organization(client) == Organization("00D1", "Acme", "Europe/Paris", 4, True)


def test_an_org_that_hides_itself_is_told(org: Org, client: Client) -> None:
    org.on("GET", "query/", org.json({"totalSize": 0, "done": True, "records": []}))
    with pytest.raises(ResponseError, match="Organization"):
        fetch_organization(client)
