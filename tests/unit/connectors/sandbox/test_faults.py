"""Faults that are switched on spoil exactly the answers they name, as often as told, and no more."""

import csv
import io
from typing import Any

import pytest
import requests


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
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
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


@pytest.mark.parametrize("told", [{"kind": "earthquake"}, {"kind": "cut", "route": "("}])
def test_an_unknown_fault_is_refused(tiny: Any, told: dict[str, str]) -> None:
    refused = tiny.control("faults", **told)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_FAULT")
