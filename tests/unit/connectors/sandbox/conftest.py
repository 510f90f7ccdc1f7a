"""Orgs to ask: a simulated company at a fifth of its size, a tiny one made by hand, and their servers."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
import requests

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12, 0)
ANCHOR = date(2026, 3, 18)

ACCOUNT = SObject(
    "Account",
    "001",
    "Account",
    parse_fields(
        "Id id required\nIsDeleted boolean required\nName string 255 required name\nParentId reference >Account\n"
        "BillingStreet textarea 255 in:BillingAddress\nBillingCity string 40 in:BillingAddress\n"
        "BillingAddress address\nDescription textarea 32000\nAnnualRevenue currency 18.0\n"
        "NumberOfEmployees int\nIsPartner__c boolean\nSigned__c date\nCreatedDate datetime\n"
        "SystemModstamp datetime"
    ),
)
CONTACT = SObject(
    "Contact",
    "003",
    "Contact",
    parse_fields(
        "Id id required\nIsDeleted boolean required\nName string 121 name\nAccountId reference >Account\n"
        "SystemModstamp datetime"
    ),
)
TASK = SObject(
    "Task",
    "00T",
    "Task",
    parse_fields(
        "Id id required\nIsDeleted boolean required\nWhatId reference >Account|Contact\nSubject combobox\n"
        "ActivityDate date\nIsClosed boolean\nIsArchived boolean\nSystemModstamp datetime"
    ),
)


class Api:
    """The REST and Bulk calls that the tests make, over one session."""

    def __init__(self, server: SandboxServer, version: str = "64.0") -> None:
        self.server = server
        self.base = f"{server.url}/services/data/v{version}"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {server.application.sessions.issue()}"

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.http.get(self.base + path, params=parameters, timeout=20)

    def query(self, soql: str, *, is_all: bool = False) -> Any:
        response = self.get("/queryAll" if is_all else "/query", q=soql)
        assert response.status_code == 200, response.text
        return response.json()

    def records(self, soql: str, *, is_all: bool = False) -> list[dict[str, Any]]:
        """All rows of a query over all its pages."""
        page = self.query(soql, is_all=is_all)
        rows: list[dict[str, Any]] = page["records"]
        while not page["done"]:
            page = self.http.get(self.server.url + page["nextRecordsUrl"], timeout=20).json()
            rows += page["records"]
        return rows

    def refusal(self, soql: str) -> tuple[int, str, str]:
        response = self.get("/query", q=soql)
        error = response.json()[0]
        return response.status_code, error["errorCode"], error["message"]

    def create_job(self, soql: str, operation: str = "query", **more: Any) -> requests.Response:
        told = {"operation": operation, "query": soql, **more}
        return self.http.post(f"{self.base}/jobs/query", json=told, timeout=20)

    def finished_job(self, soql: str, operation: str = "query", **more: Any) -> Any:
        created = self.create_job(soql, operation, **more)
        assert created.status_code == 200, created.text
        return self.wait_for(created.json()["id"])

    def wait_for(self, job_id: str) -> Any:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            info = self.get(f"/jobs/query/{job_id}").json()
            if info["state"] in ("JobComplete", "Failed", "Aborted"):
                return info
            time.sleep(0.01)
        raise AssertionError(f"job {job_id} did not finish")

    def send(self, method: str, path: str, body: Any = None, **parameters: Any) -> requests.Response:
        """A call that writes."""
        return self.http.request(method, self.base + path, json=body, params=parameters, timeout=20)

    def create(self, name: str, **fields: Any) -> str:
        made = self.send("POST", f"/sobjects/{name}", fields)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def one(self, soql: str, *, is_all: bool = False) -> dict[str, Any]:
        """The only record of a query, without its attributes."""
        (record,) = self.records(soql, is_all=is_all)
        return {name: value for name, value in record.items() if name != "attributes"}

    def control(self, path: str, **told: Any) -> requests.Response:
        return requests.post(f"{self.server.url}/sandbox/{path}", json=told, timeout=20)


@pytest.fixture(scope="session")
def company() -> Org:
    """The simulated company; nobody moves its clock."""
    return open_company(seed=7, scale=0.2, anchor=ANCHOR, clock=Clock(NOW))


@pytest.fixture(scope="session")
def company_server(company: Org) -> Iterator[SandboxServer]:
    with SandboxServer(company, session_id="SESSION") as server:
        yield server


@pytest.fixture
def company_api(company_server: SandboxServer) -> Iterator[Api]:
    api = Api(company_server)
    yield api
    api.http.close()


@pytest.fixture(scope="session")
def lab_server() -> Iterator[SandboxServer]:
    """A small company whose records the tests may change: each its own ones. Nobody moves its clock."""
    org = open_company(seed=5, scale=0.03, anchor=ANCHOR, clock=Clock(NOW))
    with SandboxServer(org, session_id="LAB") as server:
        yield server


@pytest.fixture
def lab(lab_server: SandboxServer) -> Iterator[Api]:
    api = Api(lab_server)
    yield api
    api.http.close()


def tiny_tables() -> dict[str, Any]:
    """Three accounts, one of them deleted on 10 March; two contacts; three tasks, one of them old."""
    first, deleted = datetime(2026, 1, 1, 8), datetime(2026, 3, 10, 9)
    accounts = {
        "Id": ["001000000000001AAA", "001000000000002AAA", "001000000000003AAA", "001000000000003AAA"],
        "IsDeleted": [False, False, False, True],
        "Name": ["Acme", 'acme "south"', "Bolt", "Bolt"],
        "ParentId": [None, "001000000000001AAA", None, None],
        "BillingStreet": ["Main Street 1", None, None, None],
        "BillingCity": ["Leeds", None, None, None],
        "Description": ["first\r\nsecond", "NA", "", ""],
        "AnnualRevenue": [1000.0, None, 2500.5, 2500.5],
        "NumberOfEmployees": [10, 20, None, None],
        "IsPartner__c": [True, False, None, None],
        "Signed__c": [date(2026, 3, 18), date(2026, 3, 17), None, None],
        "CreatedDate": [first] * 4,
        "SystemModstamp": [first, datetime(2026, 3, 18, 11), first, deleted],
        "_from": [first, first, first, deleted],
    }
    contacts = {
        "Id": ["003000000000001AAA", "003000000000002AAA"],
        "IsDeleted": [False, False],
        "Name": ["Ada Berg", "Ivo Cole"],
        "AccountId": ["001000000000002AAA", None],
        "SystemModstamp": [first, first],
        "_from": [first, first],
    }
    tasks = {
        "Id": ["00T000000000001AAA", "00T000000000002AAA", "00T000000000003AAA"],
        "IsDeleted": [False] * 3,
        "WhatId": ["001000000000001AAA", "003000000000001AAA", None],
        "Subject": ["Call", "Mail", "Old call"],
        "ActivityDate": [date(2026, 3, 1), date(2026, 3, 20), date(2024, 12, 1)],
        "IsClosed": [True, False, True],
        "SystemModstamp": [first] * 3,
        "_from": [first] * 3,
    }
    return {"Account": pa.table(accounts), "Contact": pa.table(contacts), "Task": pa.table(tasks)}


def tiny_org(now: datetime = NOW) -> Org:
    return Org({each.name: each for each in (ACCOUNT, CONTACT, TASK)}, tiny_tables(), Clock(now))


@pytest.fixture
def make_api() -> Callable[[SandboxServer], Api]:
    return Api


@pytest.fixture
def make_tiny() -> Callable[[datetime], Org]:
    return tiny_org


@pytest.fixture(scope="session")
def tiny_shared() -> Org:
    """The hand-made org; nobody moves its clock."""
    return tiny_org()


@pytest.fixture(scope="session")
def still(tiny_shared: Org) -> Iterator[Api]:
    """The hand-made org, shared by the tests that only ask."""
    with SandboxServer(tiny_shared) as server:
        api = Api(server)
        yield api
        api.http.close()


@pytest.fixture
def tiny(tiny_shared: Org) -> Iterator[Api]:
    """The hand-made org behind a server of its own, whose jobs, sessions and faults may be spoiled at will."""
    with SandboxServer(tiny_shared) as server:
        api = Api(server)
        yield api
        api.http.close()


@pytest.fixture
def moving() -> Iterator[Api]:
    """The hand-made org and a server for one test alone, which moves the clock."""
    with SandboxServer(tiny_org()) as server:
        api = Api(server)
        yield api
        api.http.close()
