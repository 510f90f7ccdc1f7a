"""Bulk API 2.0 query jobs, as a client that is not ours sees them."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_job_is_told_from_creation_to_completion(tiny: Any) -> None:
    created = tiny.create_job("SELECT Id FROM Account").json()
    assert created["id"].startswith("750")
    assert created["state"] == "UploadComplete"
    done = tiny.wait_for(created["id"])
    assert done["state"] == "JobComplete"
    assert done["numberRecordsProcessed"] == 2
    assert done["isPkChunkingSupported"] is True
    assert done["jobType"] == "V2Query"


def test_every_value_is_quoted_and_spelled_as_salesforce_does(tiny: Any) -> None:
    done = tiny.finished_job(
        "SELECT Id, Name, Description, AnnualRevenue, NumberOfEmployees, IsPartner__c, Signed__c, CreatedDate "
        "FROM Account"
    )
    page = tiny.get(f"/jobs/query/{done['id']}/results")
    assert page.content.decode() == (
        '"Id","Name","Description","AnnualRevenue","NumberOfEmployees","IsPartner__c","Signed__c","CreatedDate"\n'
        '"001000000000001AAA","Acme","first\r\nsecond","1000.0","10","true","2026-03-18","2026-01-01T08:00:00.000Z"\n'
        '"001000000000002AAA","acme ""south""","NA","","20","false","2026-03-17","2026-01-01T08:00:00.000Z"\n'
    )
    assert page.headers["Sforce-NumberOfRecords"] == "2"
    assert page.headers["Sforce-Locator"] == "null"
    assert page.headers["Content-Type"].startswith("text/csv")


def test_query_all_brings_deleted_and_archived_rows(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id, IsDeleted FROM Account", "queryAll")
    rows = rows_of(tiny.get(f"/jobs/query/{done['id']}/results").text)
    assert ["001000000000003AAA", "true"] in rows
    assert tiny.finished_job("SELECT Id FROM Task", "queryAll")["numberRecordsProcessed"] == 3


def test_delimiter_and_line_ending_are_as_asked(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id, Name FROM Contact", columnDelimiter="PIPE", lineEnding="CRLF")
    text = tiny.get(f"/jobs/query/{done['id']}/results").content.decode()
    assert text.startswith('"Id"|"Name"\r\n"003000000000001AAA"|"Ada Berg"\r\n')


def test_pages_have_headers_and_add_up_to_the_job(company_api: Any) -> None:
    done = company_api.finished_job("SELECT Id, Subject, CreatedDate FROM Task", "queryAll")
    seen: list[list[str]] = []
    locator: str | None = None
    pages = 0
    while locator != "null":
        more = {"locator": locator} if locator else {}
        page = company_api.get(f"/jobs/query/{done['id']}/results", maxRecords=1000, **more)
        header, *rows = rows_of(page.text)
        assert header == ["Id", "Subject", "CreatedDate"]
        assert len(rows) == int(page.headers["Sforce-NumberOfRecords"])
        seen += rows
        pages += 1
        locator = page.headers["Sforce-Locator"]
    assert pages > 2
    assert len(seen) == done["numberRecordsProcessed"] == len({row[0] for row in seen})


def test_a_locator_can_be_asked_again(company_api: Any) -> None:
    done = company_api.finished_job("SELECT Id FROM Task")
    path = f"/jobs/query/{done['id']}/results"
    locator = company_api.get(path, maxRecords=500).headers["Sforce-Locator"]
    first = company_api.get(path, maxRecords=500, locator=locator)
    assert company_api.get(path, maxRecords=500, locator=locator).content == first.content


def test_result_pages_lead_to_every_row_in_parallel(company_api: Any) -> None:
    done = company_api.finished_job("SELECT Id FROM Task")
    url = f"/services/data/v64.0/jobs/query/{done['id']}/resultPages?maxRecords=300"
    addresses: list[str] = []
    is_done = False
    while not is_done:
        told = company_api.http.get(company_api.server.url + url, timeout=20).json()
        assert 1 <= len(told["resultPages"]) <= 5
        addresses += [page["resultUrl"] for page in told["resultPages"]]
        is_done, url = told["done"], told["nextRecordsUrl"]
    ids = [
        row[0]
        for address in addresses
        for row in rows_of(company_api.http.get(company_api.server.url + address, timeout=20).text)[1:]
    ]
    assert len(addresses) > 5
    assert len(ids) == len(set(ids)) == done["numberRecordsProcessed"]


def test_result_pages_want_the_version_of_the_job(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id FROM Account")
    other = f"{tiny.server.url}/services/data/v60.0/jobs/query/{done['id']}/resultPages"
    assert tiny.http.get(other, timeout=20).status_code == 409


def test_an_empty_result_is_a_header_alone(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id FROM Account WHERE Name = 'nobody'")
    page = tiny.get(f"/jobs/query/{done['id']}/results")
    assert (page.text, page.headers["Sforce-NumberOfRecords"]) == ('"Id"\n', "0")


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT StageName, COUNT(Id) FROM Account GROUP BY StageName", "FEATURENOTENABLED"),
        ("SELECT COUNT() FROM Account", "FEATURENOTENABLED"),
        ("SELECT Id FROM Account LIMIT 5 OFFSET 5", "FEATURENOTENABLED"),
        ("SELECT TYPEOF What WHEN Account THEN Name END FROM Task", "FEATURENOTENABLED"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "FEATURENOTENABLED"),
        ("SELECT FIELDS(ALL) FROM Account LIMIT 200", "MALFORMED_QUERY"),
        ("SELECT Nope FROM Account", "INVALID_FIELD"),
        ("SELEC Id FROM Account", "MALFORMED_QUERY"),
    ],
)
def test_soql_that_bulk_cannot_run_is_refused_at_once(tiny: Any, soql: str, code: str) -> None:
    refused = tiny.create_job(soql)
    assert refused.status_code == 400
    assert refused.json()[0]["errorCode"] == code


def test_a_compound_field_fails_the_job(tiny: Any) -> None:
    failed = tiny.finished_job("SELECT Id, BillingAddress FROM Account")
    assert failed["state"] == "Failed"
    assert "Selecting compound data not supported in Bulk Query" in failed["errorMessage"]
    results = tiny.get(f"/jobs/query/{failed['id']}/results")
    assert (results.status_code, results.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


def test_an_object_that_bulk_does_not_know_is_an_invalid_entity(company_api: Any) -> None:
    refused = company_api.create_job("SELECT Id FROM TaskStatus")
    assert refused.json()[0]["errorCode"] == "INVALIDENTITY"
    assert "is not supported by the Bulk API" in refused.json()[0]["message"]


def test_order_by_and_limit_switch_chunking_off(tiny: Any) -> None:
    assert tiny.finished_job("SELECT Id FROM Account ORDER BY Id")["isPkChunkingSupported"] is False
    limited = tiny.finished_job("SELECT Id FROM Account LIMIT 1")
    assert (limited["isPkChunkingSupported"], limited["numberRecordsProcessed"]) == (False, 1)


@pytest.fixture
def slow(tiny: Any) -> Iterator[str]:
    """The id of a job that stays in progress."""
    tiny.control("faults", route="POST .*/jobs/query", kind="job_slow", polls=2)
    yield tiny.create_job("SELECT Id FROM Account").json()["id"]


def test_a_slow_job_is_in_progress_until_polled_enough(tiny: Any, slow: str) -> None:
    tiny.server.application.bulk.close()  # the work itself is done, only the telling is slow
    states = [tiny.get(f"/jobs/query/{slow}").json()["state"] for _ in range(3)]
    assert states == ["InProgress", "InProgress", "JobComplete"]


def test_a_finished_job_cannot_be_aborted_and_can_be_deleted(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id FROM Account")
    url = f"{tiny.base}/jobs/query/{done['id']}"
    refused = tiny.http.patch(url, json={"state": "Aborted"}, timeout=20)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    deleted = tiny.http.delete(url, timeout=20)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert tiny.http.get(url, timeout=20).status_code == 404


def test_a_waiting_job_can_be_aborted(make_tiny: Any) -> None:
    org: Org = make_tiny()
    with SandboxServer(org) as server:
        hold = server.application.bulk
        pool = hold._pool  # two jobs that hold the workers keep the third waiting
        import threading

        gate = threading.Event()
        for _ in range(2):
            pool.submit(gate.wait)
        base = f"{server.url}/services/data/v64.0/jobs/query"
        head = {"Authorization": f"Bearer {server.application.sessions.issue()}"}
        told = {"operation": "query", "query": "SELECT Id FROM Account"}
        job = requests.post(base, json=told, headers=head, timeout=20).json()["id"]
        aborted = requests.patch(f"{base}/{job}", json={"state": "Aborted"}, headers=head, timeout=20)
        gate.set()
        assert aborted.json()["state"] == "Aborted"
    assert hold.list().body.count(b'"state":"Aborted"') == 1


def test_jobs_are_listed(tiny: Any) -> None:
    made = {tiny.finished_job("SELECT Id FROM Account")["id"] for _ in range(2)}
    told = tiny.get("/jobs/query").json()
    assert told["done"] is True
    assert {job["id"] for job in told["records"]} == made


@pytest.mark.parametrize("locator", ["%%%", "LTU", "OTk5OTk5"])
def test_a_made_up_locator_is_refused(tiny: Any, locator: str) -> None:
    done = tiny.finished_job("SELECT Id FROM Account")
    refused = tiny.get(f"/jobs/query/{done['id']}/results", locator=locator)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_bulk_and_rest_tell_the_same_rows(company_api: Any) -> None:
    fields = ["Id", "Name", "Amount", "CloseDate", "NextStep", "Account.Name", "IsWon"]
    soql = f"SELECT {', '.join(fields)} FROM Opportunity"
    done = company_api.finished_job(soql, "queryAll")
    bulk = rows_of(company_api.get(f"/jobs/query/{done['id']}/results").text)[1:]
    rest = [
        [_as_csv(record["Account"] and record["Account"]["Name"] if "." in f else record[f]) for f in fields]
        for record in company_api.records(soql, is_all=True)
    ]
    assert bulk == rest


def _as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
