"""What landed whole is never fetched twice, and a cut-off query only answers for one that asks the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors import landing_zone
from connectors.landed import LandedBatch
from connectors.salesforce import inbox
from connectors.salesforce.errors import (
    IncompletePageError,
    JobFailedError,
    QuotaExceededError,
)
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.sync import Known, landings

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org

JOB = "750000000000001AAA"
RESULTS = f"jobs/query/{JOB}/results"
CURSOR = datetime(2026, 11, 22, 8, tzinfo=UTC)


def run(client: Client, landing: Path, **options: Any) -> LandedBatch:
    """One sync by Bulk, all of it loaded; what it brought first."""
    known = Known(options.pop("cursor", None), options.pop("known_columns", None))
    fetching = {name: options.pop(name) for name in ("page_rows", "overlap", "parallel_pages") if name in options}
    defaults: dict[str, Any] = {"expected_fields": {}, "run_id": "run-1"}
    chosen = FetchOptions(rest_rows=0, **fetching)
    landed = landings(
        client, "Opportunity", landing_dir=landing, known=known, options=chosen, **{**defaults, **options}
    )
    return next(each for each in list(landed) if isinstance(each, LandedBatch))


def folder(landing: Path, run_id: str = "run-1") -> Path:
    return landing / "salesforce" / "opportunity" / run_id


def state(landing: Path, run_id: str = "run-1") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder(landing, run_id) / "manifest.json").read_text())
    return content


def three_pages(org: Org) -> None:
    org.job(7)
    org.results(
        org.page(org.rows(3), locator="two"),
        org.page(org.rows(3, 3), locator="three"),
        org.page(org.rows(1, 6)),
    )


@pytest.mark.parametrize("trouble", ["short", "cut", "quota"])
def test_a_run_that_broke_off_goes_on_where_it_was(trouble: str, org: Org, client: Client, landing: Path) -> None:
    org.job(6)
    broken = {
        "short": org.page(org.rows(1, 3), announced=3),
        "cut": org.page(org.rows(3, 3), damage="cut"),
        "quota": org.error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    }
    org.results(org.page(org.rows(3), locator="two"), broken[trouble])
    with pytest.raises((IncompletePageError, QuotaExceededError)):
        run(client, landing)
    assert len(state(landing)["pages"]) == 1

    org.calls.clear()
    org.results(org.page(org.rows(3, 3)))
    batch = run(client, landing, run_id="run-2")
    assert (batch.rows, batch.job_id) == (6, JOB)
    assert [call.query["locator"] for call in org.to("GET", RESULTS)] == ["two"]
    assert org.count("POST", "jobs/query") == 0
    assert {page.path.parent for page in batch.pages} == {folder(landing)}
    assert not folder(landing, "run-2").exists()


def test_a_run_killed_while_the_job_ran_finds_its_job_again(org: Org, client: Client, landing: Path) -> None:
    org.job(3)
    org.on("GET", f"jobs/query/{JOB}", org.error(403, "REQUEST_LIMIT_EXCEEDED"))
    with pytest.raises(QuotaExceededError):
        run(client, landing)
    three_rows = org.page(org.rows(3))
    org.job(3)
    org.results(three_rows)
    assert run(client, landing, run_id="run-2").rows == 3
    assert org.count("POST", "jobs/query") == 1


def test_a_run_killed_before_its_last_word_fetches_nothing_again(org: Org, client: Client, landing: Path) -> None:
    three_pages(org)
    run(client, landing)
    path = folder(landing) / "manifest.json"
    path.write_text(path.read_text().replace('"complete"', '"running"'))
    inbox.mark(folder(landing))
    org.calls.clear()
    assert run(client, landing, run_id="run-2").rows == 7
    assert org.count("GET", RESULTS) == 0


def test_what_the_warehouse_gave_up_is_fetched_anew(org: Org, client: Client, landing: Path) -> None:
    three_pages(org)
    run(client, landing)
    inbox.mark(folder(landing))
    landing_zone.give_up(folder(landing))
    three_pages(org)
    org.calls.clear()
    assert run(client, landing, run_id="run-2").rows == 7
    assert org.count("POST", "jobs/query") == 1
    assert not (folder(landing) / inbox.MARK).exists()


def test_a_job_whose_page_stays_short_is_given_up_at_the_second_run(org: Org, client: Client, landing: Path) -> None:
    org.job(6)
    org.results(org.page(org.rows(3), locator="two"), org.page(org.rows(1, 3), announced=3))
    for run_id in ("run-1", "run-2"):
        assert not folder(landing).exists() or state(landing)["state"] == "running"
        with pytest.raises(IncompletePageError):
            run(client, landing, run_id=run_id)
    assert state(landing)["state"] == "abandoned"
    assert org.count("POST", "jobs/query") == 1


def broken_off(org: Org, client: Client, landing: Path, **options: Any) -> None:
    org.job(6)
    org.results(org.page(org.rows(3), locator="two"), org.error(403, "REQUEST_LIMIT_EXCEEDED"))
    with pytest.raises(QuotaExceededError):
        run(client, landing, **options)
    org.calls.clear()


def starts_afresh(org: Org, client: Client, landing: Path, **options: Any) -> LandedBatch:
    new_job = "750000000000002AAA"
    org.on("POST", "jobs/query", org.json({"id": new_job, "state": "UploadComplete"}))
    done = {"id": new_job, "state": "JobComplete", "numberRecordsProcessed": 2}
    org.on("GET", f"jobs/query/{new_job}", org.json(done))
    org.on("DELETE", f"jobs/query/{new_job}", org.reply(204))
    header = options.pop("header", ("Id", "Name", "Amount", "SystemModstamp"))
    page = org.page([["x"] * len(header)] * 2, header=header)
    org.results(page, job_id=new_job)
    batch = run(client, landing, **{"run_id": "run-2", **options})
    assert batch.job_id == new_job
    assert state(landing)["state"] == "abandoned"
    return batch


def test_a_job_that_is_gone_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing)
    org.on("GET", f"jobs/query/{JOB}", org.error(404, "NOT_FOUND"))
    starts_afresh(org, client, landing)


def test_a_job_that_failed_since_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing)
    org.job(0, state="Aborted")
    starts_afresh(org, client, landing)


def test_a_job_with_other_columns_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing)
    org.describe({"Id": "id", "SystemModstamp": "datetime"})
    starts_afresh(org, client, landing, header=("Id", "SystemModstamp"))


def test_a_job_whose_page_was_changed_on_disk_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing)
    (folder(landing) / "page-00001.csv.gz").write_bytes(b"other")
    starts_afresh(org, client, landing)


def test_a_window_that_would_leave_a_gap_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing, cursor=CURSOR)
    batch = starts_afresh(org, client, landing, cursor=CURSOR - timedelta(days=1))
    assert batch.window_start == CURSOR - timedelta(days=1, minutes=10)


def test_a_full_read_is_not_answered_by_an_increment(org: Org, client: Client, landing: Path) -> None:
    broken_off(org, client, landing, cursor=CURSOR)
    assert starts_afresh(org, client, landing, cursor=CURSOR, full=True).mode == "full"


def test_a_failed_job_is_an_error_and_is_not_resumed(org: Org, client: Client, landing: Path) -> None:
    org.job(0, state="Failed", error="QUERY_TIMEOUT: too slow")
    with pytest.raises(JobFailedError):
        run(client, landing)
    starts_afresh(org, client, landing)
