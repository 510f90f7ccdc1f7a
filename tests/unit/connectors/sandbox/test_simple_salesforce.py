"""A client that this project did not write works against the org unchanged, but for https → http."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.login import SalesforceLogin

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.http.tls import make_certificate
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org


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


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SandboxServer, str]]:
    """An org behind TLS whose records may be changed, and the file that makes it trusted."""
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    org = open_company(seed=5, scale=0.03, anchor=date(2026, 3, 18), clock=Clock(datetime(2026, 3, 18, 12)))
    with SandboxServer(org, certificate=certificate) as server:
        yield server, str(certificate.ca_file)


@pytest.fixture(scope="module")
def trusting(trusted: tuple[SandboxServer, str]) -> Iterator[Any]:
    """The client as it is, logged in by SOAP."""
    server, ca_file = trusted
    with requests.Session() as session:
        session.verify, session.trust_env = ca_file, False
        session_id, instance = SalesforceLogin(
            username="admin@sandbox.example.com",
            password="sandbox",
            security_token="TOKEN",
            session=session,
            scratch_url=server.url,
        )
        yield Salesforce(instance=instance, session_id=session_id, session=session, version="64.0")


@pytest.fixture
def org(trusted: tuple[SandboxServer, str]) -> Org:
    return trusted[0].org


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


def test_records_are_created_changed_found_and_deleted(trusting: Any) -> None:
    made = trusting.Account.create({"Name": "Initech", "External_Id__c": "erp-1"})
    assert made["success"]
    assert trusting.Account.update(made["id"], {"Phone": "0123"}) == 204
    found = trusting.Account.get_by_custom_id("External_Id__c", "erp-1")
    assert (found["Id"], found["Phone"]) == (made["id"], "0123")
    assert trusting.Account.upsert("External_Id__c/erp-1", {"Name": "Initech & Co"}) == 200
    assert trusting.Account.upsert("External_Id__c/erp-2", {"Name": "Initrode"}) == 201
    assert trusting.Account.get(made["id"])["Name"] == "Initech & Co"
    assert trusting.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        trusting.Account.get(made["id"])
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        trusting.Account.create({"Phone": "1"})


def test_query_more_by_address_and_by_name(trusting: Any) -> None:
    first = trusting.query("SELECT Id FROM Task", headers={"Sforce-Query-Options": "batchSize=200"})
    assert not first["done"]
    second = trusting.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    again = trusting.query_more(first["nextRecordsUrl"].rpartition("/")[2])
    assert second["records"] == again["records"] != first["records"]


def test_updated_and_deleted_say_what_happened(trusting: Any, org: Org) -> None:
    kept, gone = (trusting.Account.create({"Name": name})["id"] for name in ("kept", "gone"))
    trusting.Account.delete(gone)
    org.advance_to(org.clock.now + timedelta(minutes=2))
    now = org.clock.now.replace(tzinfo=UTC)
    start = now - timedelta(minutes=10)
    updated = trusting.Account.updated(start, now)
    assert kept in updated["ids"] and gone not in updated["ids"]
    assert updated["latestDateCovered"] == now.strftime("%Y-%m-%dT%H:%M:00.000+0000")
    assert gone in {each["id"] for each in trusting.Account.deleted(start, now)["deletedRecords"]}


def test_bulk_2_downloads_to_a_folder(trusting: Any, org: Org, tmp_path: Path) -> None:
    results = trusting.bulk2.Opportunity.download(
        "SELECT Id, Name FROM Opportunity", path=str(tmp_path), max_records=50
    )
    assert sum(each["number_of_records"] for each in results) == org.count("Opportunity")
    rows = [line for file in tmp_path.iterdir() for line in file.read_text().splitlines()[1:]]
    assert len(rows) == org.count("Opportunity")


def test_bulk_1_queries(trusting: Any) -> None:
    rows = trusting.bulk.Account.query("SELECT Id, Name FROM Account")
    assert {each["Id"] for each in rows} == {
        each["Id"] for each in trusting.query_all("SELECT Id FROM Account")["records"]
    }


def test_composite_by_the_clients_own_rest_call(trusting: Any) -> None:
    base = "/services/data/v64.0/sobjects"
    told = trusting.restful(
        "composite",
        method="POST",
        json={
            "compositeRequest": [
                {"method": "POST", "url": f"{base}/Account", "referenceId": "a", "body": {"Name": "By composite"}},
                {"method": "GET", "url": f"{base}/Account/@{{a.id}}", "referenceId": "b"},
            ]
        },
    )
    assert told["compositeResponse"][1]["body"]["Name"] == "By composite"
