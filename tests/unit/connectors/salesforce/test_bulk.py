"""Bulk jobs and pages: a page that is not whole is asked for again, and never kept."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.salesforce import bulk
from connectors.salesforce.auth import SessionCredentials
from connectors.salesforce.bulk import PageRequest, PageRules
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompletePageError,
    JobFailedError,
    JobTimeoutError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.transport import Patience

if TYPE_CHECKING:
    from connectors.landed import LandedPage
    from tests.unit.connectors.salesforce.conftest import Naps, Org

JOB = "750000000000001AAA"
COLUMNS = ("Id", "Name", "Amount", "SystemModstamp")


def fetch(
    client: Client, home: Path, locator: str | None = None, rules: PageRules | None = None
) -> tuple[LandedPage | None, str | None]:
    address, parameters = bulk.by_locator(JOB, locator, 100_000)
    request = PageRequest(JOB, "Opportunity", COLUMNS, 1, address, home / "page-00001.csv.gz", parameters)
    return bulk.fetch_page(client, request, rules)


def test_a_job_asks_for_deleted_rows_too(org: Org, client: Client) -> None:
    org.job(1)
    assert bulk.create(client, "SELECT Id FROM Lead").id == JOB
    assert org.calls[-1].json == {
        "operation": "queryAll",
        "query": "SELECT Id FROM Lead",
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }


def test_waiting_asks_less_and_less_often(org: Org, client: Client, naps: Naps) -> None:
    running = org.json({"id": JOB, "state": "InProgress"})
    done = org.json({"id": JOB, "state": "JobComplete", "numberRecordsProcessed": 5})
    org.on("GET", f"jobs/query/{JOB}", running, running, running, done)
    assert bulk.wait(client, "Lead", JOB).rows == 5
    assert naps.seconds == pytest.approx([0.1, 0.15, 0.225])


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_fails_is_told_with_salesforces_words(state: str, org: Org, client: Client) -> None:
    org.job(0, state=state, error="QUERY_TIMEOUT: too slow")
    with pytest.raises(JobFailedError, match="QUERY_TIMEOUT: too slow") as caught:
        bulk.wait(client, "Lead", JOB)
    assert (caught.value.job_id, caught.value.state) == (JOB, state)


def test_a_job_that_never_ends_is_left_to_be_resumed(org: Org, naps: Naps) -> None:
    org.job(0, state="InProgress")
    patience = Patience(job_timeout=0, sleep=naps)
    with (
        Client(SessionCredentials(org.url, "t"), patience=patience) as client,
        pytest.raises(JobTimeoutError, match="picked up"),
    ):
        bulk.wait(client, "Lead", JOB)


def test_a_page_lands_as_received(org: Org, client: Client, tmp_path: Path) -> None:
    reply = org.page(org.rows(3), locator="abc")
    org.results(reply)
    page, locator = fetch(client, tmp_path)
    assert page is not None
    assert (page.rows, page.bytes, locator) == (3, len(reply.body), "abc")
    assert page.path.read_bytes() == reply.body


@pytest.mark.parametrize("locator", ["null", None])
def test_the_last_page_has_no_locator(locator: str | None, org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.page(org.rows(1), locator=locator))
    assert fetch(client, tmp_path, "abc")[1] is None
    assert org.calls[-1].query["locator"] == "abc"


def test_a_plain_page_is_compressed(org: Org, client: Client, tmp_path: Path) -> None:
    reply = org.page(org.rows(2), is_gzip=False)
    org.results(reply)
    page, _ = fetch(client, tmp_path)
    assert page is not None
    assert gzip.decompress(page.path.read_bytes()) == reply.body


def test_a_short_page_that_ends_clean_is_asked_for_again(org: Org, client: Client, tmp_path: Path, naps: Naps) -> None:
    org.results(org.page(org.rows(2), announced=3), org.page(org.rows(3)))
    page, _ = fetch(client, tmp_path)
    assert page is not None
    assert page.rows == 3
    assert len(naps.seconds) == 1


def test_a_page_that_stays_short_is_refused_and_not_kept(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.page(org.rows(2), announced=3))
    with pytest.raises(IncompletePageError, match="2 rows and 3 were announced") as caught:
        fetch(client, tmp_path)
    assert (caught.value.page, caught.value.attempts) == (1, 3)
    assert list(tmp_path.iterdir()) == []


def test_a_page_with_more_rows_than_announced_is_refused(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.page(org.rows(4), announced=3))
    with pytest.raises(IncompletePageError):
        fetch(client, tmp_path)


@pytest.mark.parametrize("damage", ["drop", "cut"])
@pytest.mark.parametrize("is_gzip", [True, False])
def test_a_page_that_is_cut_is_asked_for_again(
    damage: str, is_gzip: bool, org: Org, client: Client, tmp_path: Path
) -> None:
    kind = "drop" if damage == "drop" else "cut"
    org.results(org.page(org.rows(9), is_gzip=is_gzip, damage=kind), org.page(org.rows(9)))  # type: ignore[arg-type]
    page, _ = fetch(client, tmp_path)
    assert page is not None
    assert page.rows == 9


def test_an_empty_body_for_a_page_with_rows_is_incomplete(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.reply(200, b"", {"Sforce-NumberOfRecords": "3"}))
    with pytest.raises(IncompletePageError):
        fetch(client, tmp_path)


def test_an_empty_body_for_no_rows_is_no_page(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.reply(200, b"", {"Sforce-NumberOfRecords": "0"}))
    assert fetch(client, tmp_path) == (None, None)


def test_a_page_of_a_header_only_is_a_page_without_rows(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.page([]))
    page, _ = fetch(client, tmp_path)
    assert page is not None
    assert page.rows == 0


def test_a_page_that_does_not_say_its_count_is_not_trusted(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.reply(200, b'"Id"\n'))
    with pytest.raises(ResponseError, match="Sforce-NumberOfRecords"):
        fetch(client, tmp_path)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("Name", "Id", "Amount", "SystemModstamp"), "another order from column 1"),
        (("Id", "Name", "Amount", "CreatedDate"), "missing: SystemModstamp; not asked for: CreatedDate"),
        (("Id", "Name", "Amount"), "missing: SystemModstamp"),
    ],
)
def test_other_columns_than_asked_for_are_refused_at_once(
    header: tuple[str, ...], told: str, org: Org, client: Client, tmp_path: Path
) -> None:
    org.results(org.page([["x"] * len(header)], header=header))
    with pytest.raises(HeaderMismatchError, match=told):
        fetch(client, tmp_path)
    assert org.count("GET", f"jobs/query/{JOB}/results") == 1
    assert list(tmp_path.iterdir()) == []


def test_values_with_line_breaks_quotes_and_emoji_are_one_row_each(org: Org, client: Client, tmp_path: Path) -> None:
    names = ["two\nlines", 'say "hi"', '"\r\n"', "🙂, 🙂\n🙂", "", "NA", '""', "\x00"]
    rows = [[str(n), name, "1.00", ""] for n, name in enumerate(names)]
    org.results(org.page(rows))
    page, _ = fetch(client, tmp_path)
    assert page is not None
    assert page.rows == len(names)


def test_a_strange_compression_is_told(org: Org, client: Client, tmp_path: Path) -> None:
    org.results(org.reply(200, b"x", {"Content-Encoding": "zstd", "Sforce-NumberOfRecords": "1"}))
    with pytest.raises(ResponseError, match="zstd"):
        fetch(client, tmp_path)


def test_deleting_a_job_that_is_gone_is_no_trouble(org: Org, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    bulk.delete(client, JOB)
    assert "expires in seven days" in caplog.text


def test_a_job_that_is_gone_is_not_found(org: Org, client: Client) -> None:
    assert bulk.find(client, JOB) is None


@pytest.mark.parametrize(
    ("code", "reason", "is_refusal"),
    [
        ("INVALIDENTITY", "Entity 'Period' is not supported to use PKChunking", True),
        ("INVALID_REQUEST", "entity type Period is not supported by the Bulk API.", True),
        ("FEATURENOTENABLED", "Async API not enabled", True),
        ("INVALID_FIELD", "No such column", False),
    ],
)
def test_a_refusal_of_the_object_is_told_from_other_refusals(code: str, reason: str, is_refusal: bool) -> None:
    assert bulk.is_refusal_of_object(RequestError("POST", "u", 400, code, reason)) is is_refusal
    assert bulk.is_refusal_of_object(JobFailedError("X", JOB, "Failed", f"{code}: {reason}")) is is_refusal
