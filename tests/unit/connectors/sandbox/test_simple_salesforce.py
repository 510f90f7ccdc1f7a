"""A client that this project did not write works against the org unchanged, but for https → http."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession
from simple_salesforce.login import SalesforceLogin

from connectors.sandbox.server import SandboxServer


class PlainSession(requests.Session):
    """simple-salesforce builds https addresses only; the loopback org speaks http."""

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(method, str(url).replace("https://127.0.0.1", "http://127.0.0.1"), *args, **kwargs)


@pytest.fixture
def plain() -> Iterator[PlainSession]:
    with PlainSession() as session:
        yield session


@pytest.fixture
def salesforce(company_server: SandboxServer, plain: PlainSession) -> Any:
    session_id = company_server.application.sessions.issue()
    host = company_server.url.removeprefix("http://")
    return Salesforce(instance=host, session_id=session_id, session=plain, version="64.0")


def test_query_all_follows_the_pages(salesforce: Any, company_server: SandboxServer) -> None:
    told = salesforce.query_all("SELECT Id, Owner.Name FROM Opportunity")
    assert told["totalSize"] == len(told["records"]) == company_server.org.count("Opportunity")
    assert told["records"][0]["Owner"]["Name"]


def test_describe_of_org_and_object(salesforce: Any) -> None:
    told = salesforce.describe()
    assert told is not None
    assert "Opportunity" in {each["name"] for each in told["sobjects"]}
    assert len(salesforce.Opportunity.describe()["fields"]) > 30


def test_limits_and_usage(salesforce: Any) -> None:
    assert salesforce.limits()["DailyApiRequests"]["Max"] == 100_000
    assert salesforce.api_usage["api-usage"].used > 0


def test_bulk_2_query_brings_every_row(salesforce: Any, company_server: SandboxServer) -> None:
    pages = list(salesforce.bulk2.Task.query("SELECT Id, Subject FROM Task", max_records=1000, wait=0))
    assert len(pages) > 1
    rows = sum(page.count("\n") - 1 for page in pages)
    live = salesforce.query("SELECT COUNT() FROM Task")["totalSize"]
    assert rows == live


def test_soap_login_with_a_security_token(company_server: SandboxServer, plain: PlainSession) -> None:
    scratch = company_server.url.replace("http://", "https://")
    session_id, instance = SalesforceLogin(
        username="admin@sandbox.example.com",
        password="sandbox",
        security_token="TOKEN",
        session=plain,
        scratch_url=scratch,
    )
    assert session_id == "SESSION"
    assert instance == company_server.url.removeprefix("http://")
    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        SalesforceLogin(
            username="admin@sandbox.example.com",
            password="wrong",
            security_token="TOKEN",
            session=plain,
            scratch_url=scratch,
        )


def test_an_expired_session_is_told(tiny: Any, plain: PlainSession) -> None:
    host = tiny.server.url.removeprefix("http://")
    salesforce = Salesforce(instance=host, session_id="never issued", session=plain)
    with pytest.raises(SalesforceExpiredSession):
        salesforce.query("SELECT Id FROM Account")
