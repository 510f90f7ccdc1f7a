"""The Bulk API 2.0 query: job, state, pages. Our own loop over the client's session.

Every page is held against what Salesforce announced for it, and asked for again by itself if it
falls short. Which pages are asked for, and what becomes of the whole, is `download`.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
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
from connectors.salesforce.masking import MaskingStream
from connectors.salesforce.pages import PageContent, PageWriter, TornPageError

log = logging.getLogger("salespulse.salesforce")

JOBS = "jobs/query"
PAGE_ROWS = 100_000
CHUNK_BYTES = 1 << 18
FINISHED = frozenset({"JobComplete", "Failed", "Aborted"})
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
        if job.state in FINISHED:
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


def give_up(client: Client, job_id: str) -> None:
    """Abort the job if it still runs, then take it away. A job that is gone already is fine."""
    job = find(client, job_id)
    if job is None:
        return
    if job.state not in FINISHED:
        try:
            client.request("PATCH", f"{JOBS}/{job_id}", json={"state": "Aborted"})
        except RequestError as error:
            log.debug("job %s ended before it could be aborted: %s", job_id, error)
    delete(client, job_id)


def is_refusal_of_object(error: SalesforceError) -> bool:
    """Whether the error says that the Bulk API does not offer this object at all."""
    reason = getattr(error, "reason", "")
    code = getattr(error, "code", "")
    return code in NOT_FOR_BULK or reason.startswith(NOT_FOR_BULK) or "not supported by the Bulk" in reason


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page to fetch: `number` from 1, the address with its parameters, the file that it becomes."""

    job_id: str
    object_name: str
    columns: Sequence[str]
    number: int
    address: str
    path: Path
    parameters: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PageRules:
    """What is done with every page: fields to mask on the way, and `refuse`, which is given the content
    of a page and raises TornPageError if it was seen before."""

    masking: Callable[[], MaskingStream] | None = None
    refuse: Callable[[PageContent, int], None] = field(default=lambda _content, _number: None)


def by_locator(job_id: str, locator: str | None, page_rows: int) -> tuple[str, dict[str, str]]:
    """Address and parameters of the page that begins at a locator; without one, of the first."""
    parameters = {"maxRecords": str(page_rows)} | ({} if locator is None else {"locator": locator})
    return f"{JOBS}/{job_id}/results", parameters


def page_addresses(client: Client, job_id: str, page_rows: int) -> Iterator[str]:
    """The addresses of all pages, asked for five at a time, so that pages can come side by side.

    RequestError where the org does not offer it (before v58), ResponseError for a list without end.
    """
    path, parameters = f"{JOBS}/{job_id}/resultPages", {"maxRecords": str(page_rows)}
    seen: set[str] = set()
    while path:
        answer = client.get_json(path, parameters)
        try:
            found = [_absolute(str(entry["resultUrl"])) for entry in answer["resultPages"]]
            following = answer.get("nextRecordsUrl") or answer.get("nextRecordUrl")
        except (KeyError, TypeError, AttributeError) as error:
            raise ResponseError(client.url(path), f"it is no list of pages ({error!r})") from error
        if seen.intersection(found) or (not found and following):
            raise ResponseError(client.url(path), "it lists the same pages again")
        seen.update(found)
        yield from found
        path, parameters = ("" if answer.get("done") or not following else _absolute(str(following))), {}


def fetch_page(
    client: Client, request: PageRequest, rules: PageRules | None = None
) -> tuple[LandedPage | None, str | None]:
    """Bring one page to disk; returns it and the next page's locator, None at the end.

    A page without a single byte that was announced as empty is None. HeaderMismatchError at once,
    IncompletePageError after the page came short, cut or twice as often as patience allows.
    """
    attempts = client.patience.page_attempts
    object_name, number = request.object_name, request.number
    reason = ""
    for attempt in range(1, attempts + 1):
        try:
            content, next_locator = _fetch_once(client, request, rules or PageRules())
        except (TornPageError, HTTPError) as error:
            reason = str(error)
            log.warning("%s: page %d came incomplete, attempt %d: %s", object_name, number, attempt, reason)
            if attempt < attempts:
                client.patience.pause(attempt)
            continue
        if content is None:
            return None, next_locator
        return LandedPage(number, request.path, content.rows, content.bytes, content.sha256), next_locator
    raise IncompletePageError(object_name, f"job {request.job_id}", number, attempts, reason)


def _fetch_once(client: Client, request: PageRequest, rules: PageRules) -> tuple[PageContent | None, str | None]:
    response = client.request(
        "GET", request.address, params=request.parameters, headers={"Accept": "text/csv"}, stream=True
    )
    masking = rules.masking() if rules.masking else None
    deadline = monotonic() + client.patience.page_timeout
    with closing(response), PageWriter(request.path, is_gzip=_is_gzip(response), masking=masking) as writer:
        _refuse_other_content(response)
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            writer.feed(chunk)
            if monotonic() > deadline:
                raise TornPageError(f"it was not whole after {client.patience.page_timeout:,.0f} seconds")
        content = writer.finish()
        announced = _announced(response)
        if content.rows != announced:
            raise TornPageError(f"it holds {content.rows:,} rows and {announced:,} were announced")
        next_locator = response.headers.get("Sforce-Locator") or "null"
        following = None if next_locator == "null" else next_locator
        if not content.header and announced == 0:
            return None, following
        if content.header != tuple(request.columns):
            raise HeaderMismatchError(request.object_name, request.columns, content.header)
        rules.refuse(content, request.number)
        writer.keep()
    return content, following


def _refuse_other_content(response: requests.Response) -> None:
    kind = response.headers.get("Content-Type", "text/csv").partition(";")[0].strip().lower()
    if kind not in {"text/csv", "application/octet-stream", "text/plain"}:
        raise TornPageError(f"it is {kind} and no CSV: something on the way answered in Salesforce's place")


def _absolute(address: str) -> str:
    return address if address.startswith("/") or "://" in address else f"/{address}"


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
