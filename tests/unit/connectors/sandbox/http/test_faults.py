"""Faults that are switched on spoil exactly the answers they name, as often as told, and no more."""

import csv
import io
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pyarrow as pa
import pytest
import requests

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org

CUT = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)
THING = SObject(
    "Thing__c", "a00", "Thing", parse_fields("Id id required\nName string 80 name\nSystemModstamp datetime")
)
ROWS = 450


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


@pytest.fixture(scope="module")
def many_org() -> Org:
    """450 rows: nine pages of 50 by Bulk, three batches of 200 by REST."""
    stamp = datetime(2026, 3, 1)
    table = {
        "Id": [f"a00{number:015d}" for number in range(ROWS)],
        "Name": [f"row {number}" for number in range(ROWS)],
        "SystemModstamp": [stamp] * ROWS,
        "_from": [stamp] * ROWS,
    }
    return Org({"Thing__c": THING}, {"Thing__c": pa.table(table)}, Clock(datetime(2026, 3, 18, 12)), is_snapshot=True)


@pytest.fixture
def many(many_org: Org, make_api: Any) -> Iterator[Any]:
    with SandboxServer(many_org, page_rows=50) as server:
        api = make_api(server)
        api.http.headers["Sforce-Query-Options"] = "batchSize=200"
        yield api
        api.http.close()


@pytest.fixture
def job(many: Any) -> str:
    return str(many.finished_job("SELECT Id, Name FROM Thing__c")["id"])


def _pages(api: Any, job: str) -> list[requests.Response]:
    """All pages of a job in their order, asked for one by one."""
    path = f"/jobs/query/{job}/results"
    pages = [api.get(path)]
    while pages[-1].headers.get("Sforce-Locator", "null") != "null":
        pages.append(api.get(path, locator=pages[-1].headers["Sforce-Locator"]))
    return pages


def test_a_status_fault_answers_instead_and_is_used_up(tiny: Any) -> None:
    tiny.control("faults", route="GET .*/limits$", kind="status", status=503, count=2, retry_after=7)
    answers = [tiny.get("/limits") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].json()[0]["errorCode"] == "SERVER_UNAVAILABLE"
    assert tiny.get("/sobjects").status_code == 200


def test_a_status_fault_can_have_a_code_and_a_body_of_its_own(tiny: Any) -> None:
    tiny.control("faults", route="limits", kind="status", status=403, code="X", message="because")
    tiny.control("faults", route="limits", kind="status", status=502, body="<html>Bad gateway</html>")
    answer = tiny.get("/limits")
    assert (answer.status_code, answer.json()) == (403, [{"message": "because", "errorCode": "X"}])
    assert tiny.get("/limits").text == "<html>Bad gateway</html>"


def test_a_fault_can_let_some_requests_pass_first(tiny: Any) -> None:
    tiny.control("faults", route="limits", kind="status", status=500, after=2)
    assert [tiny.get("/limits").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_a_cut_connection_breaks_inside_the_body(tiny: Any) -> None:
    tiny.control("faults", route="sobjects$", kind="cut", position=10)
    with pytest.raises(CUT):
        tiny.get("/sobjects")
    assert tiny.get("/sobjects").status_code == 200


def test_a_short_page_ends_clean_with_fewer_rows_than_announced(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id, Description FROM Account", "queryAll")
    tiny.control("faults", route="/results", kind="short_page", rows=2)
    page = tiny.get(f"/jobs/query/{done['id']}/results")
    rows = list(csv.reader(io.StringIO(page.text, newline="")))
    assert (len(rows) - 1, page.headers["Sforce-NumberOfRecords"]) == (1, "3")


def test_a_reordered_header_takes_its_values_along(tiny: Any) -> None:
    done = tiny.finished_job("SELECT Id, Name FROM Contact")
    tiny.control("faults", route="/results", kind="reordered_header")
    assert tiny.get(f"/jobs/query/{done['id']}/results").text.splitlines()[:2] == [
        '"Name","Id"',
        '"Ada Berg","003000000000001AAA"',
    ]


def test_a_job_fails_as_told(tiny: Any) -> None:
    tiny.control("faults", route="POST .*/jobs/query", kind="job_failed", message="QUERY_TIMEOUT: too long")
    failed = tiny.finished_job("SELECT Id FROM Account")
    assert (failed["state"], failed["numberRecordsProcessed"]) == ("Failed", 0)
    assert "QUERY_TIMEOUT" in failed["errorMessage"]
    assert tiny.finished_job("SELECT Id FROM Account")["state"] == "JobComplete"


def test_sessions_expire_in_the_middle(tiny: Any) -> None:
    tiny.control("faults", route="limits", kind="expire_session", after=1)
    assert [tiny.get("/limits").status_code for _ in range(3)] == [200, 401, 401]


def test_faults_are_shown_and_switched_off(tiny: Any) -> None:
    made = tiny.control("faults", route="limits", kind="status", status=500, count=9)
    assert made.status_code == 201
    tiny.get("/limits")
    url = f"{tiny.server.url}/sandbox/faults"
    assert requests.get(url, timeout=20).json() == [{"route": "limits", "kind": "status", "remaining": 8, "fired": 1}]
    assert requests.delete(url, timeout=20).status_code == 204
    assert tiny.get("/limits").status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "earthquake"},
        {"kind": "cut", "route": "("},
        {"kind": "cut", "status": 500},
        {"kind": "cut", "page": "fourth"},
        {"kind": "cut", "count": "often"},
    ],
)
def test_an_unknown_fault_is_refused(tiny: Any, told: dict[str, str]) -> None:
    refused = tiny.control("faults", **told)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_FAULT")


@pytest.mark.parametrize(("page", "spoiled"), [("first", 1), ("middle", 5), ("last", 9), (3, 3)])
def test_a_fault_can_wait_for_a_page(many: Any, job: str, page: Any, spoiled: int) -> None:
    many.control("faults", route="/results", kind="short_page", rows=7, page=page)
    counts = [len(_rows(answer.text)) for answer in _pages(many, job)]
    assert counts == [43 if number == spoiled else 50 for number in range(1, 10)]


@pytest.mark.parametrize(("page", "spoiled"), [("first", 0), ("middle", 1), ("last", 2)])
def test_a_fault_can_wait_for_a_page_of_a_rest_query(many: Any, page: str, spoiled: int) -> None:
    many.control("faults", object="thing__c", kind="short_page", rows=3, page=page)
    answers = [many.query("SELECT Id FROM Thing__c")]
    while not answers[-1]["done"]:
        answers.append(many.http.get(many.server.url + answers[-1]["nextRecordsUrl"], timeout=20).json())
    counts = [200, 200, 50]
    counts[spoiled] -= 3
    assert [len(answer["records"]) for answer in answers] == counts
    assert {answer["totalSize"] for answer in answers} == {ROWS}


def test_a_short_page_can_agree_with_its_header(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="short_page", rows=7, agrees=True)
    page = _pages(many, job)[0]
    assert (len(_rows(page.text)), page.headers["Sforce-NumberOfRecords"]) == (43, "43")
    assert many.get(f"/jobs/query/{job}").json()["numberRecordsProcessed"] == ROWS


def test_a_page_comes_in_place_of_another(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="duplicate_page", page=3)
    pages = [_rows(page.text) for page in _pages(many, job)]
    assert pages[2] == pages[0] != pages[1]
    assert sum(len(page) for page in pages) == ROWS


def test_a_page_that_has_no_other_comes_with_its_rows_twice(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="duplicate_page")
    page = many.get(f"/jobs/query/{job}/results")
    assert (len(_rows(page.text)), page.headers["Sforce-NumberOfRecords"]) == (100, "100")
    many.control("faults", route="/queryAll", kind="duplicate_page")
    assert len(many.query("SELECT Id FROM Thing__c", is_all=True)["records"]) == 400


def test_a_page_can_hold_some_rows_of_another(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="duplicate_page", page=3, rows=7)
    pages = [_rows(page.text) for page in _pages(many, job)]
    assert pages[2][-7:] == pages[0][:7]
    assert (len(pages[2]), len({str(row) for page in pages for row in page})) == (50, ROWS - 7)
    many.control("faults", route="/queryAll", kind="duplicate_page", rows=7)
    ids = [record["Id"] for record in many.query("SELECT Id FROM Thing__c", is_all=True)["records"]]
    assert (len(ids), ids[-7:]) == (200, ids[:7])


def test_a_result_can_end_before_its_end(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="early_end", page="middle")
    assert len(_pages(many, job)) == 5
    many.control("faults", route="/resultPages", kind="early_end")
    listed = many.get(f"/jobs/query/{job}/resultPages").json()
    assert (len(listed["resultPages"]), listed["done"]) == (4, True)
    many.control("faults", route="/query/?\\?", kind="early_end")
    answer = many.query("SELECT Id FROM Thing__c")
    assert (answer["done"], len(answer["records"]), answer["totalSize"]) == (True, 200, ROWS)


def test_a_truncated_page_ends_clean_on_the_wire(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="truncated_gzip", share=0.7)
    raw = many.http.get(f"{many.base}/jobs/query/{job}/results", stream=True, timeout=20).raw
    body = raw.read(decode_content=False)
    whole = many.http.get(f"{many.base}/jobs/query/{job}/results", stream=True, timeout=20).raw.read(
        decode_content=False
    )
    assert (len(body), body) == (int(len(whole) * 0.7), whole[: len(body)])


def test_a_cut_can_come_at_a_share_of_the_bytes(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="cut", share=0.9)
    with pytest.raises(CUT):
        many.get(f"/jobs/query/{job}/results")


def test_an_answer_can_get_lost_after_the_work_is_done(many: Any) -> None:
    many.control("faults", route="POST .*/jobs/query", kind="drop")
    with pytest.raises(CUT):
        many.create_job("SELECT Id FROM Thing__c")
    assert len(many.get("/jobs/query").json()["records"]) == 1


def test_a_slow_page_comes_in_drops_and_whole(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="drip", seconds=0.2, pieces=10)
    started = time.monotonic()
    assert len(_rows(many.get(f"/jobs/query/{job}/results").text)) == 50
    assert time.monotonic() - started >= 0.2


def test_a_stalled_page_tells_nothing_more_and_ends_torn(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="stall", seconds=0.5)
    with pytest.raises(CUT):
        many.http.get(f"{many.base}/jobs/query/{job}/results", timeout=0.1)


def test_a_content_type_can_lie(many: Any, job: str) -> None:
    many.control("faults", route="/results", kind="wrong_content_type")
    page = many.get(f"/jobs/query/{job}/results")
    assert (page.headers["Content-Type"], len(_rows(page.text))) == ("text/html;charset=UTF-8", 50)


@pytest.mark.parametrize("seconds", [600, -600])
def test_a_clock_can_be_off(many: Any, seconds: int) -> None:
    many.control("faults", kind="clock_skew", seconds=seconds)
    now = many.server.org.clock.now
    window = {"start": f"{(now - timedelta(hours=1)).isoformat()}Z", "end": f"{now.isoformat()}Z"}
    off, right = (many.get("/sobjects/Thing__c/updated/", **window) for _ in range(2))
    dates = [parsedate_to_datetime(answer.headers["Date"]) for answer in (off, right)]
    covered = [datetime.fromisoformat(answer.json()["latestDateCovered"]) for answer in (off, right)]
    assert dates[0] - dates[1] == covered[0] - covered[1] == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [("job_failed", 400, "the job's state is Failed"), ("job_aborted", 400, "Aborted"), ("job_gone", 404, "NOT_FOUND")],
)
def test_a_job_can_end_between_two_of_its_pages(many: Any, job: str, kind: str, status: int, said: str) -> None:
    many.control("faults", route="/results", kind=kind, page=4)
    pages = _pages(many, job)
    assert [page.status_code for page in pages] == [200, 200, 200, status]
    assert said in pages[3].text


def test_a_fault_of_jobs_waits_for_a_job_that_is_really_made(tiny: Any, many: Any) -> None:
    """A query that is refused, or a session that has ended, makes no job: the fault is not used up by it."""
    many.control("faults", route="POST .*/jobs/query", kind="job_failed")
    assert many.create_job("SELECT Id FROM Nothing__c").status_code == 400
    unknown = requests.post(f"{many.base}/jobs/query", headers={"Authorization": "Bearer x"}, json={}, timeout=20)
    assert unknown.status_code == 401
    assert many.finished_job("SELECT Id FROM Thing__c")["state"] == "Failed"


def test_a_fault_can_be_for_one_object(tiny: Any) -> None:
    tiny.control("faults", object="Contact", kind="status", status=500, count=9)
    assert tiny.get("/sobjects/Account/describe").status_code == 200
    assert tiny.get("/sobjects/Contact/describe").status_code == 500
    assert tiny.get("/query", q="SELECT Id FROM Contact WHERE Id IN (SELECT Id FROM Account)").status_code == 500
    account = tiny.finished_job("SELECT Id FROM Account")
    assert tiny.get(f"/jobs/query/{account['id']}/results").status_code == 200
    assert tiny.create_job("SELECT Id FROM Contact").status_code == 500
