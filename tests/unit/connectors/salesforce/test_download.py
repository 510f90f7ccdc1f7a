"""Pages that come side by side: all of them, each once, and those that landed whole never again."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.landed import LandedBatch
from connectors.salesforce.errors import IncompleteJobError, IncompletePageError, QuotaExceededError
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.sync import Known, landings

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Answer, Call, Org, Reply

JOB = "750000000000001AAA"
RESULTS = f"jobs/query/{JOB}/results"
PAGES = f"jobs/query/{JOB}/resultPages"
ROOT = "/services/data/v62.0/"
CURSOR = datetime(2026, 11, 22, 8, tzinfo=UTC)


def run(client: Client, landing: Path, run_id: str = "run-1") -> LandedBatch:
    options = FetchOptions(page_rows=2, parallel_pages=3, rest_rows=0)
    landed = landings(
        client,
        "Opportunity",
        landing_dir=landing,
        known=Known(),
        run_id=run_id,
        expected_fields={},
        options=options,
    )
    return next(each for each in list(landed) if isinstance(each, LandedBatch))


def lists_pages(org: Org, count: int, rows: int, spelling: str = "nextRecordsUrl") -> dict[str, Answer]:
    """A job of so many pages, told five at a time; the answers by locator, to be spoiled by a test."""
    org.job(rows)
    addresses = [{"resultUrl": f"{ROOT}{RESULTS}?locator=L{n}&maxRecords=2"} for n in range(count)]
    first = {"resultPages": addresses[:5], "done": count <= 5}
    if count > 5:
        first[spelling] = f"{ROOT}{PAGES}?locator=more"
    org.on(
        "GET",
        PAGES,
        lambda call: org.json({"resultPages": addresses[5:], "done": True} if "locator" in call.query else first),
    )
    pages: dict[str, Answer] = {f"L{n}": org.page(org.rows(min(2, rows - 2 * n), 2 * n)) for n in range(count)}

    def answer(call: Call) -> Reply:
        found = pages[call.query["locator"]]
        return found(call) if callable(found) else found

    org.results(answer)
    return pages


@pytest.mark.parametrize("spelling", ["nextRecordsUrl", "nextRecordUrl"])
def test_all_pages_come_whatever_their_order(spelling: str, org: Org, client: Client, landing: Path) -> None:
    lists_pages(org, 7, 13, spelling)
    batch = run(client, landing)
    assert [(page.number, page.rows) for page in batch.pages] == [(n, 2) for n in range(1, 7)] + [(7, 1)]
    assert org.count("GET", PAGES) == 2
    assert org.count("DELETE", f"jobs/query/{JOB}") == 1


def test_pages_are_on_their_way_at_the_same_time(org: Org, client: Client, landing: Path) -> None:
    pages = lists_pages(org, 3, 6)
    together = threading.Barrier(3, timeout=5)
    for name, page in list(pages.items()):

        def wait(call: Call, page: Reply = page) -> Reply:  # type: ignore[assignment]
            together.wait()
            return page

        pages[name] = wait
    assert run(client, landing).rows == 6


def test_after_an_error_what_landed_is_kept_and_the_rest_fetched(org: Org, client: Client, landing: Path) -> None:
    pages = lists_pages(org, 7, 13)
    whole = pages["L4"]
    pages["L4"] = org.error(403, "REQUEST_LIMIT_EXCEEDED")
    with pytest.raises(QuotaExceededError):
        run(client, landing)
    before = {call.query["locator"] for call in org.to("GET", RESULTS)}
    assert {"L0", "L1"} <= before
    pages["L4"] = whole
    org.calls.clear()
    batch = run(client, landing, "run-2")
    asked = {call.query["locator"] for call in org.to("GET", RESULTS)}
    assert batch.rows == 13
    assert asked & {"L0", "L1"} == set()
    assert "L4" in asked
    assert org.count("POST", "jobs/query") == 0


def test_a_page_that_comes_in_anothers_place_is_asked_for_again(org: Org, client: Client, landing: Path) -> None:
    pages = lists_pages(org, 3, 6)
    right, wrong = pages["L2"], pages["L0"]
    tries: list[int] = []

    def second_time_right(call: Call) -> Reply:
        tries.append(1)
        chosen = wrong if len(tries) == 1 else right
        assert not callable(chosen)
        return chosen

    pages["L2"] = second_time_right
    assert run(client, landing).rows == 6


def test_a_page_that_stays_another_is_no_success(org: Org, client: Client, landing: Path) -> None:
    pages = lists_pages(org, 3, 6)
    pages["L2"] = pages["L0"]
    with pytest.raises(IncompletePageError, match="once more"):
        run(client, landing)


def test_a_list_that_leaves_a_page_out_is_found_by_the_count(org: Org, client: Client, landing: Path) -> None:
    lists_pages(org, 3, 6)
    org.job(8)
    with pytest.raises(IncompleteJobError):
        run(client, landing)
    assert org.count("DELETE", f"jobs/query/{JOB}") == 1


@pytest.mark.parametrize("status", [404, 405, 409])
def test_where_pages_are_not_listed_they_come_one_after_the_other(
    status: int, org: Org, client: Client, landing: Path
) -> None:
    org.job(4)
    org.on("GET", PAGES, org.error(status, "NOT_FOUND"))
    org.results(org.page(org.rows(2), locator="two"), org.page(org.rows(2, 2)))
    assert run(client, landing).rows == 4
    assert [call.query.get("locator") for call in org.to("GET", RESULTS)] == [None, "two"]


def test_one_page_is_not_asked_for_in_a_list(org: Org, client: Client, landing: Path) -> None:
    org.job(2)
    org.results(org.page(org.rows(2)))
    assert run(client, landing).rows == 2
    assert org.count("GET", PAGES) == 0


def test_a_job_that_nobody_goes_on_with_is_aborted_and_taken_away(org: Org, client: Client, landing: Path) -> None:
    org.job(2, state="InProgress")
    org.on("GET", f"jobs/query/{JOB}", org.error(403, "REQUEST_LIMIT_EXCEEDED"))
    with pytest.raises(QuotaExceededError):
        run(client, landing)
    org.describe({"Id": "id", "SystemModstamp": "datetime"})  # the columns are others now
    org.on("PATCH", f"jobs/query/{JOB}", org.json({}))
    new = "750000000000002AAA"
    running = org.json({"id": JOB, "state": "InProgress"})
    org.on("GET", f"jobs/query/{JOB}", running)
    org.on("POST", "jobs/query", org.json({"id": new, "state": "UploadComplete"}))
    org.on("GET", f"jobs/query/{new}", org.json({"id": new, "state": "JobComplete", "numberRecordsProcessed": 0}))
    org.on("DELETE", f"jobs/query/{new}", org.reply(204))
    org.results(org.page([], header=("Id", "SystemModstamp")), job_id=new)
    run(client, landing, "run-2")
    (aborted,) = org.to("PATCH", f"jobs/query/{JOB}")
    assert aborted.json == {"state": "Aborted"}
    assert org.count("DELETE", f"jobs/query/{JOB}") == 1
