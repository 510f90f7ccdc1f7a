"""The Bulk API 2.0 query: job, state, pages. Our own loop over the client's session.

Every page is held against what Salesforce announced for it, and asked for again by itself if it
falls short. What a page is for, and what becomes of the whole, is `extract`.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from connectors.landed import LandedPage
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompletePageError,
    JobFailedError,
    JobTimeoutError,
    RequestError,
    ResponseError,
    SalesforceError,
)
from connectors.salesforce.pages import PageContent, PageWriter, TornPageError

log = logging.getLogger("salespulse.salesforce")

JOBS = "jobs/query"
PAGE_ROWS = 100_000
CHUNK_BYTES = 1 << 18
NOT_FOR_BULK = ("INVALIDENTITY", "INVALID_ENTITY", "FEATURENOTENABLED")


@dataclass(frozen=True, slots=True)
class Job:
    """A query job as Salesforce tells of it. `rows` is final once the state is JobComplete."""

    id: str
    state: str
    rows: int
    error: str


def create(client: Client, query: str) -> Job:
    """Start a queryAll job: deleted and archived records are in its result."""
    body = {
        "operation": "queryAll",
        "query": query,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    return _job(client, client.post_json(JOBS, body))


def status(client: Client, job_id: str) -> Job:
    return _job(client, client.get_json(f"{JOBS}/{job_id}"))


def find(client: Client, job_id: str) -> Job | None:
    """The job, None if Salesforce no longer has it."""
    try:
        return status(client, job_id)
    except RequestError as error:
        log.debug("job %s is gone: %s", job_id, error)
        return None


def wait(client: Client, object_name: str, job_id: str) -> Job:
    """Ask again and again, ever less often, until the job is complete.

    JobFailedError if it fails or is aborted, JobTimeoutError when patience ends.
    """
    patience = client.patience
    begun = monotonic()
    pause = patience.first_poll
    while True:
        job = status(client, job_id)
        if job.state == "JobComplete":
            return job
        if job.state in {"Failed", "Aborted"}:
            raise JobFailedError(object_name, job_id, job.state, job.error or "no reason given")
        waited = monotonic() - begun
        if waited > patience.job_timeout:
            raise JobTimeoutError(object_name, job_id, waited)
        # Every poll of a long job is worth a line, the quick ones at the beginning are not.
        level = logging.INFO if pause >= patience.longest_poll else logging.DEBUG
        log.log(level, "%s: Bulk job %s is %s, %s rows so far", object_name, job_id, job.state, f"{job.rows:,}")
        patience.sleep(pause)
        pause = min(pause * 1.5, patience.longest_poll)


def delete(client: Client, job_id: str) -> None:
    """Take the job away. Housekeeping: the rows are on disk, so a refusal is told and not raised."""
    try:
        client.request("DELETE", f"{JOBS}/{job_id}")
    except SalesforceError as error:
        log.warning("Bulk job %s stays at Salesforce until it expires in seven days: %s", job_id, error)


def is_refusal_of_object(error: SalesforceError) -> bool:
    """Whether the error says that the Bulk API does not offer this object at all."""
    reason = getattr(error, "reason", "")
    code = getattr(error, "code", "")
    return code in NOT_FOR_BULK or reason.startswith(NOT_FOR_BULK) or "not supported by the Bulk" in reason


def fetch_page(
    client: Client,
    job_id: str,
    *,
    object_name: str,
    columns: Sequence[str],
    number: int,
    locator: str | None,
    path: Path,
    page_rows: int = PAGE_ROWS,
) -> tuple[LandedPage | None, str | None]:
    """Bring one page of at most `page_rows` to disk; returns it and the next page's locator, None at the end.

    A page without a single byte that was announced as empty is None. HeaderMismatchError at once,
    IncompletePageError after the page came short or cut as often as patience allows.
    """
    attempts = client.patience.page_attempts
    params = {"maxRecords": str(page_rows)} | ({} if locator is None else {"locator": locator})
    reason = ""
    for attempt in range(1, attempts + 1):
        try:
            content, next_locator = _fetch_once(client, job_id, object_name, columns, params, path)
        except (TornPageError, HTTPError) as error:
            reason = str(error)
            log.warning("%s: page %d came incomplete, attempt %d: %s", object_name, number, attempt, reason)
            if attempt < attempts:
                client.patience.pause(attempt)
            continue
        if content is None:
            return None, next_locator
        return LandedPage(number, path, content.rows, content.bytes, content.sha256), next_locator
    raise IncompletePageError(object_name, f"job {job_id}", number, attempts, reason)


def _fetch_once(
    client: Client,
    job_id: str,
    object_name: str,
    columns: Sequence[str],
    params: Mapping[str, str],
    path: Path,
) -> tuple[PageContent | None, str | None]:
    response = client.request(
        "GET", f"{JOBS}/{job_id}/results", params=params, headers={"Accept": "text/csv"}, stream=True
    )
    with closing(response), PageWriter(path, is_gzip=_is_gzip(response)) as writer:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            writer.feed(chunk)
        content = writer.finish()
        announced = _announced(response)
        if content.rows != announced:
            raise TornPageError(f"it holds {content.rows:,} rows and {announced:,} were announced")
        next_locator = response.headers.get("Sforce-Locator") or None
        if not content.header and announced == 0:
            return None, None if next_locator == "null" else next_locator
        if content.header != tuple(columns):
            raise HeaderMismatchError(object_name, columns, content.header)
        writer.keep()
    return content, None if next_locator == "null" else next_locator


def _is_gzip(response: requests.Response) -> bool:
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in {"gzip", "x-gzip", "identity"}:
        raise ResponseError(_address(response), f"it is compressed with {encoding}, not asked for")
    return encoding != "identity"


def _announced(response: requests.Response) -> int:
    text = response.headers.get("Sforce-NumberOfRecords", "")
    if not text.isdigit():
        reason = "it does not say how many records it holds (Sforce-NumberOfRecords)"
        raise ResponseError(_address(response), reason)
    return int(text)


def _address(response: requests.Response) -> str:
    return response.url.partition("?")[0]


def _job(client: Client, answer: Any) -> Job:
    if not isinstance(answer, Mapping) or "id" not in answer or "state" not in answer:
        raise ResponseError(client.url(JOBS), "it is no description of a job")
    return Job(
        id=str(answer["id"]),
        state=str(answer["state"]),
        rows=int(answer.get("numberRecordsProcessed") or 0),
        error=str(answer.get("errorMessage") or ""),
    )
