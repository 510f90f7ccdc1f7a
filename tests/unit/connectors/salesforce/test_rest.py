"""REST pages look as if Bulk had sent them, and are counted all the same."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.landed import Column, LandedPage
from connectors.salesforce import manifest, rest
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    IncompletePageError,
    QuotaExceededError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.work import Work

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org, Reply

COLUMNS = (
    Column("Id", "id", "VARCHAR"),
    Column("Name", "name", "VARCHAR"),
    Column("Amount", "amount", "DECIMAL(18, 2)"),
    Column("IsOpen", "is_open", "BOOLEAN"),
    Column("CreatedDate", "created_date", "TIMESTAMP"),
)
NEXT = "/services/data/v62.0/query/01g"


def record(number: int, **values: Any) -> dict[str, Any]:
    plain = {"Id": f"{number}", "Name": "x", "Amount": None, "IsOpen": None, "CreatedDate": None}
    return {"attributes": {"type": "Period"}, **plain, **values}


def answer(org: Org, records: list[dict[str, Any]], total: int, following: str | None = None) -> Reply:
    more = {} if following is None else {"nextRecordsUrl": following}
    return org.json({"totalSize": total, "done": following is None, "records": records, **more})


def work(client: Client, folder: Path, query: str = "SELECT Id FROM Period", **more: Any) -> Work:
    landing = Manifest(
        object_name="Period",
        instance_url="",
        run_id="run",
        api="rest",
        job_id="rest-run",
        query=query,
        mode="full",
        columns=more.pop("columns", COLUMNS),
        cursor_name=None,
        window_start=None,
        window_end=datetime(2026, 11, 22, tzinfo=UTC),
        **more,
    )
    return Work(client, folder, landing, FetchOptions())


def fetch(client: Client, folder: Path) -> tuple[LandedPage, ...]:
    going = work(client, folder)
    rest.download(going)
    return going.manifest.pages


def lines(page: LandedPage) -> list[str]:
    return gzip.decompress(page.path.read_bytes()).decode().splitlines()


def test_values_are_written_as_bulk_writes_them(org: Org, client: Client, tmp_path: Path) -> None:
    full = record(1, Name='a "b"', IsOpen=True, CreatedDate="2026-11-22T09:00:00.000+0000")
    org.on("GET", "queryAll/", answer(org, [full, record(2, Name="", IsOpen=False)], 2))
    (page,) = fetch(client, tmp_path)
    assert lines(page) == [
        '"Id","Name","Amount","IsOpen","CreatedDate"',
        '"1","a ""b""","","true","2026-11-22T09:00:00.000Z"',
        '"2","","","false",""',
    ]


def test_numbers_keep_their_digits(org: Org, client: Client, tmp_path: Path) -> None:
    body = org.json({}).body
    text = (
        b'{"totalSize":1,"done":true,"records":[{"Id":"1","Name":"x",'
        b'"Amount":1234567890123456.78,"IsOpen":null,"CreatedDate":null}]}'
    )
    assert body == b"{}"
    org.on("GET", "queryAll/", org.reply(200, text))
    (page,) = fetch(client, tmp_path)
    assert lines(page)[1] == '"1","x","1234567890123456.78","",""'


def test_all_pages_are_read_and_counted(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(n) for n in range(3)], 5, NEXT))
    org.on("GET", NEXT, answer(org, [record(n) for n in range(3, 5)], 5))
    pages = fetch(client, tmp_path)
    assert [(page.number, page.rows) for page in pages] == [(1, 3), (2, 2)]
    assert pages[1].path == tmp_path / "page-00002.csv.gz"
    assert org.calls[0].headers["Sforce-Query-Options"] == "batchSize=2000"


def test_values_with_line_breaks_are_one_row(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1, Name='🙂\r\n"\n,')], 1))
    (page,) = fetch(client, tmp_path)
    text = gzip.decompress(page.path.read_bytes()).decode()
    assert list(csv.reader(io.StringIO(text, newline="")))[1][1] == '🙂\r\n"\n,'
    assert page.rows == 1


def test_fewer_rows_than_counted_are_refused(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2))
    with pytest.raises(IncompleteJobError, match="2 rows by Salesforce's count") as caught:
        fetch(client, tmp_path)
    assert (caught.value.expected, caught.value.received) == (2, 1)


def test_a_lost_locator_starts_the_query_over(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, NEXT))
    lost = org.error(400, "INVALID_QUERY_LOCATOR")
    org.on("GET", NEXT, lost, answer(org, [record(2)], 2))
    assert sum(page.rows for page in fetch(client, tmp_path)) == 2
    assert org.count("GET", "queryAll/") == 2


def test_a_locator_that_is_lost_each_time_is_told(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, NEXT))
    org.on("GET", NEXT, org.error(400, "INVALID_QUERY_LOCATOR"))
    with pytest.raises(RequestError, match="INVALID_QUERY_LOCATOR"):
        fetch(client, tmp_path)
    assert org.count("GET", "queryAll/") == 3


def test_a_row_without_an_asked_field_is_refused(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [{"Id": "1", "Name": "x"}], 1))
    with pytest.raises(HeaderMismatchError, match="Amount"):
        fetch(client, tmp_path)


def test_an_answer_that_is_no_result_is_told(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", org.json({"records": []}))
    with pytest.raises(ResponseError, match="query result"):
        fetch(client, tmp_path)


def test_an_address_holds_fifteen_thousand_letters() -> None:
    assert rest.fits("SELECT Id FROM Period")
    assert not rest.fits("SELECT " + ", ".join(["Field__c"] * 2000) + " FROM Period")


def test_a_query_goes_on_at_its_locator(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, NEXT))
    org.on("GET", NEXT, org.error(403, "REQUEST_LIMIT_EXCEEDED"), answer(org, [record(2)], 2))
    first = work(client, tmp_path)
    with pytest.raises(QuotaExceededError):
        rest.download(first)
    again = Work(client, tmp_path, manifest.read(tmp_path), FetchOptions())
    rest.download(again)
    assert [page.rows for page in again.manifest.pages] == [1, 1]
    assert org.count("GET", "queryAll/") == 1


def test_a_page_that_ends_before_the_next_begins_is_asked_for_once_more(
    org: Org, client: Client, tmp_path: Path
) -> None:
    second, third = f"{NEXT}-2", f"{NEXT}-4"
    org.on("GET", "queryAll/", answer(org, [record(1), record(2)], 5, second))
    org.on("GET", second, answer(org, [record(3)], 5, third), answer(org, [record(3), record(4)], 5, third))
    org.on("GET", third, answer(org, [record(5)], 5))
    assert [page.rows for page in fetch(client, tmp_path)] == [2, 2, 1]
    assert (org.count("GET", second), org.count("GET", third)) == (2, 1)


def test_a_last_page_that_comes_short_is_asked_for_once_more(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 3, NEXT))
    org.on("GET", NEXT, answer(org, [record(2)], 3), answer(org, [record(2), record(3)], 3))
    assert sum(page.rows for page in fetch(client, tmp_path)) == 3


def test_a_page_that_comes_again_in_place_of_the_next_is_asked_for_once_more(
    org: Org, client: Client, tmp_path: Path
) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, NEXT))
    org.on("GET", NEXT, answer(org, [record(1)], 2), answer(org, [record(2)], 2))
    assert [lines(page)[1][:3] for page in fetch(client, tmp_path)] == ['"1"', '"2"']


def test_a_page_that_comes_again_each_time_is_refused(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, NEXT))
    org.on("GET", NEXT, answer(org, [record(1)], 2))
    with pytest.raises(IncompletePageError, match="it is page 1 once more"):
        fetch(client, tmp_path)
    assert manifest.read(tmp_path).state == "abandoned"


def test_addresses_that_tell_no_place_are_no_reason_to_stop(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [record(1)], 2, f"{NEXT}-2000"))
    org.on("GET", f"{NEXT}-2000", answer(org, [record(2)], 2))
    assert [page.rows for page in fetch(client, tmp_path)] == [1, 1]


def test_a_torn_answer_is_asked_for_once_more(org: Org, client: Client, tmp_path: Path) -> None:
    whole = answer(org, [record(1)], 1)
    org.on("GET", "queryAll/", org.reply(200, whole.body[:-9]), whole)
    assert [page.rows for page in fetch(client, tmp_path)] == [1]


def test_no_rows_are_no_page(org: Org, client: Client, tmp_path: Path) -> None:
    org.on("GET", "queryAll/", answer(org, [], 0))
    assert fetch(client, tmp_path) == ()
