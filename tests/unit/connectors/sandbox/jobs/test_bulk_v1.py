"""Bulk API 1.0 query jobs: their life in XML and JSON, PK chunking, and what they refuse."""

import csv
import io
import time
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv"}
XML = {"Content-Type": "application/xml"}


class Async:
    """Calls to `/services/async` with the session in its own header."""

    def __init__(self, api: Any) -> None:
        self.base = f"{api.server.url}/services/async/61.0"
        self.http = api.http
        self.session = {"X-SFDC-Session": api.server.application.sessions.issue()}

    def post(self, path: str, body: Any, headers: dict[str, str]) -> requests.Response:
        more = {"json": body} if isinstance(body, dict) else {"data": body}
        return self.http.post(self.base + path, headers={**self.session, **headers}, timeout=20, **more)  # type: ignore[no-any-return]

    def get(self, path: str, headers: dict[str, str] = JSON) -> requests.Response:
        return self.http.get(self.base + path, headers={**self.session, **headers}, timeout=20)  # type: ignore[no-any-return]

    def make_job(self, sobject: str = "Account", kind: str = "CSV", **headers: str) -> Any:
        told = {"operation": "queryAll", "object": sobject, "contentType": kind}
        made = self.post("/job", told, {**JSON, **headers})
        assert made.status_code == 201, made.text
        return made.json()

    def batches(self, job_id: str) -> list[dict[str, str]]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            root = ElementTree.fromstring(self.get(f"/job/{job_id}/batch").text)
            found = [{part.tag.rpartition("}")[2]: part.text or "" for part in each} for each in root]
            if not {"Queued", "InProgress"} & {each["state"] for each in found}:
                return found
        raise AssertionError("the batches did not end")

    def rows(self, job_id: str, batch_id: str) -> list[dict[str, str]]:
        root = ElementTree.fromstring(self.get(f"/job/{job_id}/batch/{batch_id}/result").text)
        assert [each.tag.rpartition("}")[2] for each in root] == ["result"]
        answer = self.get(f"/job/{job_id}/batch/{batch_id}/result/{root[0].text}")
        return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def bulk(tiny: Any) -> Async:
    return Async(tiny)


def test_a_job_runs_its_query_and_tells_the_rows(bulk: Async) -> None:
    job = bulk.make_job()
    assert (job["state"], job["numberBatchesTotal"]) == ("Open", 0)
    added = bulk.post(f"/job/{job['id']}/batch", "SELECT Id, Name FROM Account ORDER BY Id", CSV)
    assert added.status_code == 201 and "<state>Queued</state>" in added.text
    (batch,) = bulk.batches(job["id"])
    assert (batch["state"], batch["numberRecordsProcessed"]) == ("Completed", "3")
    assert [row["Name"] for row in bulk.rows(job["id"], batch["id"])] == ["Acme", 'acme "south"', "Bolt"]
    closed = bulk.post(f"/job/{job['id']}", {"state": "Closed"}, JSON).json()
    assert (closed["state"], closed["numberRecordsProcessed"]) == ("Closed", 3)


def test_pk_chunking_cuts_the_query_by_ids(bulk: Async) -> None:
    job = bulk.make_job(**{"Sforce-Enable-PKChunking": "true; chunkSize=2"})
    bulk.post(f"/job/{job['id']}/batch", "SELECT Id FROM Account", CSV)
    first, *chunks = bulk.batches(job["id"])
    assert first["state"] == "NotProcessed"
    ids = [[row["Id"] for row in bulk.rows(job["id"], each["id"])] for each in chunks]
    assert ids == [["001000000000001AAA", "001000000000002AAA"], ["001000000000003AAA"]]


def test_pk_chunking_by_the_parents_ids(bulk: Async) -> None:
    job = bulk.make_job("Contact", **{"Sforce-Enable-PKChunking": "true; chunkSize=1; parent=Account"})
    bulk.post(f"/job/{job['id']}/batch", "SELECT Id FROM Contact WHERE AccountId != null", CSV)
    rows = [each["numberRecordsProcessed"] for each in bulk.batches(job["id"])[1:]]
    assert rows == ["0", "1", "0", "0"]
    refused = bulk.post(
        "/job",
        {"operation": "query", "object": "Account"},
        {**JSON, "Sforce-Enable-PKChunking": "true; parent=Contact"},
    )
    assert refused.json()["exceptionCode"] == "InvalidPkChunkingHeader"


def test_a_query_without_rows_says_so(bulk: Async) -> None:
    job = bulk.make_job()
    bulk.post(f"/job/{job['id']}/batch", "SELECT Id FROM Account WHERE Name = 'nobody'", CSV)
    (batch,) = bulk.batches(job["id"])
    root = ElementTree.fromstring(bulk.get(f"/job/{job['id']}/batch/{batch['id']}/result").text)
    assert bulk.get(f"/job/{job['id']}/batch/{batch['id']}/result/{root[0].text}").text == (
        "Records not found for this query"
    )


@pytest.mark.parametrize(
    ("soql", "said"),
    [
        ("SELECT Nonsense FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Contact", "The job is of Account"),
        ("SELECT BillingAddress FROM Account", "compound data not supported"),
        ("SELECT COUNT(Id) FROM Account", "not supported"),
        ("SELECT", "MALFORMED_QUERY"),
    ],
)
def test_a_query_that_cannot_run_fails_its_batch(bulk: Async, soql: str, said: str) -> None:
    job = bulk.make_job()
    bulk.post(f"/job/{job['id']}/batch", soql, CSV)
    (batch,) = bulk.batches(job["id"])
    assert batch["state"] == "Failed" and said in batch["stateMessage"]
    assert batch["stateMessage"].startswith("InvalidBatch : ")


def test_a_job_and_its_errors_in_xml(bulk: Async) -> None:
    body = (
        '<?xml version="1.0"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload">'
        "<operation>query</operation><object>Account</object><contentType>CSV</contentType></jobInfo>"
    )
    made = bulk.post("/job", body, XML)
    assert made.status_code == 201 and "<state>Open</state>" in made.text
    wrong = bulk.get("/job/750000000000000AAA", XML)
    assert wrong.status_code == 400 and "<exceptionCode>InvalidJob</exceptionCode>" in wrong.text


def test_refusals_have_their_codes(bulk: Async) -> None:
    missing = bulk.get("/job/750000000000000AAA")
    assert (missing.status_code, missing.json()["exceptionCode"]) == (400, "InvalidJob")
    assert missing.headers["Content-Type"] == "application/json"
    unknown = bulk.post("/job", {"operation": "query", "object": "Nothing"}, JSON)
    assert unknown.json()["exceptionCode"] == "InvalidJob"
    loading = bulk.post("/job", {"operation": "insert", "object": "Account"}, JSON)
    assert loading.json()["exceptionCode"] == "InvalidJob"
    job = bulk.make_job()
    bulk.post(f"/job/{job['id']}", {"state": "Closed"}, JSON)
    late = bulk.post(f"/job/{job['id']}/batch", "SELECT Id FROM Account", CSV)
    assert "InvalidJobState" in late.text
    bulk.session = {"X-SFDC-Session": "wrong"}
    assert bulk.http.headers.pop("Authorization")
    assert bulk.get("/job/1").json()["exceptionCode"] == "InvalidSessionId"


def test_a_switched_on_fault_fails_the_batch(bulk: Async, tiny: Any) -> None:
    tiny.control("faults", kind="job_failed", route="/batch", message="QUERY_TIMEOUT")
    job = bulk.make_job()
    bulk.post(f"/job/{job['id']}/batch", "SELECT Id FROM Account", CSV)
    (batch,) = bulk.batches(job["id"])
    assert batch["stateMessage"] == "InvalidBatch : QUERY_TIMEOUT"
