"""An extraction is complete or it is an error, and what landed whole is never fetched twice."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.landed import LandedBatch
from connectors.salesforce.errors import (
    BusyError,
    HeaderMismatchError,
    IncompleteJobError,
    IncompletePageError,
    SalesforceError,
    UnknownObjectError,
)
from connectors.salesforce.lock import held
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


def test_all_pages_land_counted_with_a_manifest_and_the_job_is_taken_away(
    org: Org, client: Client, landing: Path
) -> None:
    three_pages(org)
    batch = run(client, landing)
    assert [(page.number, page.rows) for page in batch.pages] == [(1, 3), (2, 3), (3, 1)]
    assert [page.path.name for page in batch.pages] == [f"page-0000{n}.csv.gz" for n in (1, 2, 3)]
    assert (batch.table, batch.mode, batch.job_id, batch.rows) == ("opportunity", "full", JOB, 7)
    assert (batch.cursor_name, batch.window_start) == ("system_modstamp", None)
    assert batch.query == "SELECT Id, Name, Amount, SystemModstamp FROM Opportunity"
    assert [call.query.get("locator") for call in org.to("GET", RESULTS)] == [None, "two", "three"]
    assert state(landing)["state"] == "complete"
    assert org.count("DELETE", f"jobs/query/{JOB}") == 1
    assert sorted(path.name for path in folder(landing).iterdir())[0] == "manifest.json"
    assert not list(folder(landing).glob("*.part"))


def test_an_increment_reads_from_before_the_cursor_up_to_what_is_vouched_for(
    org: Org, client: Client, landing: Path
) -> None:
    org.describe(replicateable=True)
    org.updated("2026-11-22T08:58:00.000+0000")
    org.job(1)
    org.results(org.page(org.rows(1)))
    batch = run(client, landing, cursor=CURSOR, overlap=timedelta(minutes=2))
    assert batch.query.endswith(
        " WHERE SystemModstamp >= 2026-11-22T07:58:00.000Z AND SystemModstamp < 2026-11-22T08:58:00.000Z"
    )
    assert (batch.mode, batch.window_end) == ("incremental", datetime(2026, 11, 22, 8, 58, tzinfo=UTC))
    assert batch.window_start == CURSOR - timedelta(minutes=2)


def test_an_increment_without_changes_is_a_batch_without_rows(org: Org, client: Client, landing: Path) -> None:
    org.job(0)
    org.results(org.page([]))
    batch = run(client, landing, cursor=CURSOR)
    assert batch.rows == 0
    assert batch.window_end > CURSOR


def test_a_result_without_a_single_byte_is_a_batch_without_pages(org: Org, client: Client, landing: Path) -> None:
    org.job(0)
    org.results(org.reply(200, b"", {"Sforce-NumberOfRecords": "0"}))
    assert run(client, landing).pages == ()


def test_a_job_whose_pages_hold_fewer_rows_than_it_counted_is_refused(org: Org, client: Client, landing: Path) -> None:
    org.job(8)
    org.results(org.page(org.rows(7)))
    with pytest.raises(IncompleteJobError) as caught:
        run(client, landing)
    assert (caught.value.expected, caught.value.received) == (8, 7)
    assert state(landing)["state"] == "abandoned"


def test_locators_without_end_are_stopped_by_the_count(org: Org, client: Client, landing: Path) -> None:
    org.job(4)
    pages = [org.page(org.rows(3, first), locator="again") for first in range(0, 30, 3)]
    org.results(*pages)
    with pytest.raises(IncompleteJobError):
        run(client, landing)


def test_a_page_that_comes_twice_is_not_taken_for_the_next(org: Org, client: Client, landing: Path) -> None:
    org.job(6)
    org.results(org.page(org.rows(3), locator="two"), org.page(org.rows(3)), org.page(org.rows(3, 3)))
    assert run(client, landing).rows == 6
    assert [call.query.get("locator") for call in org.to("GET", RESULTS)] == [None, "two", "two"]


def test_a_page_that_comes_twice_each_time_is_refused(org: Org, client: Client, landing: Path) -> None:
    org.job(6)
    org.results(org.page(org.rows(3), locator="two"), org.page(org.rows(3)))
    with pytest.raises(IncompletePageError, match="it is page 1 once more"):
        run(client, landing)


def test_the_same_run_trying_again_overwrites_nothing(org: Org, client: Client, landing: Path) -> None:
    three_pages(org)
    first = run(client, landing)
    three_pages(org)
    second = run(client, landing)
    assert second.pages[0].path.parent.name == "run-1-2"
    assert first.pages[0].path.is_file()


def test_known_fields_leave_it_incremental(org: Org, client: Client, landing: Path) -> None:
    three_pages(org)
    known = {"id", "name", "amount", "system_modstamp", "vanished__c"}
    assert run(client, landing, cursor=CURSOR, known_columns=known).mode == "incremental"


def test_an_expected_field_that_is_not_there_is_told(
    org: Org, client: Client, landing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    three_pages(org)
    run(client, landing, expected_fields={"Id": "id", "Loss_Reason__c": "picklist"})
    assert "they stay empty: Loss_Reason__c" in caplog.text


def test_progress_is_one_line_a_person_wants_to_read(
    org: Org, client: Client, landing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "salespulse.salesforce")
    three_pages(org)
    run(client, landing)
    assert [record.message for record in caplog.records][-1].startswith("Opportunity: 7 rows in 3 pages, 0.")


def test_a_reordered_header_is_an_error(org: Org, client: Client, landing: Path) -> None:
    org.job(1)
    org.results(org.page([["a", "b", "c", "d"]], header=("Name", "Id", "Amount", "SystemModstamp")))
    with pytest.raises(HeaderMismatchError):
        run(client, landing)
    assert state(landing)["state"] == "abandoned"


def test_an_unknown_object_is_an_error(client: Client, landing: Path) -> None:
    with pytest.raises(UnknownObjectError):
        list(landings(client, "Nope", landing_dir=landing, known=Known(), expected_fields={}, run_id="r"))


def test_two_runs_of_one_object_do_not_mix(client: Client, landing: Path) -> None:
    with held(landing / "salesforce" / "opportunity", "Opportunity"), pytest.raises(BusyError):
        run(client, landing)


def by_rest(org: Org) -> None:
    records = [
        {"Id": str(n), "Name": "x", "Amount": 1.5, "SystemModstamp": "2026-11-21T10:00:00.000+0000"} for n in range(2)
    ]
    org.on("GET", "queryAll/", org.json({"totalSize": 2, "done": True, "records": records}))


def test_an_object_that_bulk_refuses_is_read_by_rest(org: Org, client: Client, landing: Path) -> None:
    reason = "Entity 'Opportunity' is not supported by the Bulk API"
    org.on("POST", "jobs/query", org.error(400, "INVALIDENTITY", reason))
    by_rest(org)
    batch = run(client, landing)
    assert (batch.rows, batch.job_id, batch.pages[0].path.parent) == (2, "rest-run-1", folder(landing))
    assert state(landing)["state"] == "complete"
    assert org.count("DELETE", f"jobs/query/{JOB}") == 0


def test_an_object_that_bulk_refuses_only_in_the_job_is_read_by_rest(org: Org, client: Client, landing: Path) -> None:
    org.job(0, state="Failed", error="INVALIDENTITY: not supported by the Bulk API")
    by_rest(org)
    assert run(client, landing).rows == 2


def test_pages_are_as_long_as_asked_for(org: Org, client: Client, landing: Path) -> None:
    three_pages(org)
    run(client, landing, page_rows=3)
    assert {call.query["maxRecords"] for call in org.to("GET", RESULTS)} == {"3"}


def test_another_refusal_of_the_job_is_an_error(org: Org, client: Client, landing: Path) -> None:
    org.on("POST", "jobs/query", org.error(400, "INVALID_FIELD", "No such column 'X'"))
    with pytest.raises(SalesforceError, match="No such column 'X'"):
        run(client, landing)
