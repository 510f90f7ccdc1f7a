"""REST queryAll, written as Bulk pages: for few rows, and for objects that the Bulk API does not offer.

The pages look as if Bulk had sent them: every value quoted, null empty, instants with Z. Values
keep their digits: numbers are never read as floats. REST lists rows under a locator that dies with
the session, so a query whose locator is lost starts over. Queries that no address can hold are
`joined`'s business.
"""

import csv
import io
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from connectors.landed import LandedPage
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    IncompletePageError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.pages import PageWriter
from connectors.salesforce.work import Work

log = logging.getLogger("salespulse.salesforce")

BATCH_SIZE = 2000
# The least that Salesforce gives at once: enough to learn how many rows a query has.
FEW = 200
LONGEST_ADDRESS = 15_000  # Salesforce reads 16,384 bytes, headers included
RESTARTS = 3
OFFSET = re.compile(r"-(\d+)$")
PLAIN = frozenset({str, type(None)})

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Some rows of a query: `total` are all rows of it, `next_url` leads to the rest."""

    records: tuple[Record, ...]
    total: int
    next_url: str | None


def fits(query: str) -> bool:
    """Whether an address can hold the query."""
    return len(quote(query)) <= LONGEST_ADDRESS


def ask(client: Client, query: str, at_once: int = BATCH_SIZE) -> Answer:
    """The first rows of the query, deleted and archived ones among them, and how many there are in all."""
    return _get(client, "queryAll/", {"q": query}, at_once)


def go_on(client: Client, url: str) -> Answer:
    return _get(client, url, None)


def download(work: Work, first: Answer | None = None) -> None:
    """Land all rows of the query, from `first` on or from where it was cut off.

    A page that comes short, torn or twice is asked for once more while its locator lives.
    IncompleteJobError unless the rows are as many as `totalSize` says, IncompletePageError for a page that
    is another one each time.
    """
    for attempt in range(1, RESTARTS + 1):
        try:
            _land(work, first)
            break
        except RequestError as error:
            if error.code != "INVALID_QUERY_LOCATOR" or attempt == RESTARTS:
                raise
            log.info("%s: the REST query was lost with its session and starts over", work.object_name)
            work.manifest, first = work.manifest.without_pages(), None
    announced = work.manifest.announced or 0
    if work.manifest.rows != announced:
        work.abandon()
        raise IncompleteJobError(work.object_name, "the REST query", announced, work.manifest.rows)


def _land(work: Work, first: Answer | None) -> None:
    locator = None if first else work.manifest.next_locator
    if first is None and locator is None and work.manifest.pages:
        return  # all pages were there, only the last word was missing
    answer = first or _at(work, locator)
    while True:
        landing = _written(work, answer, locator)
        if doubt := _doubt(work.manifest, landing, answer):
            log.info("%s: page %d is asked for once more: %s", work.object_name, len(landing.pages), doubt)
            answer = _at(work, locator)
            landing = _written(work, answer, locator)
        _refuse_twin(work, landing)
        work.manifest = landing
        if answer.next_url is None or landing.rows > answer.total:
            return
        work.at(landing)
        locator = answer.next_url
        answer = go_on(work.client, locator)


def _at(work: Work, locator: str | None) -> Answer:
    return go_on(work.client, locator) if locator else ask(work.client, work.manifest.query)


def _written(work: Work, answer: Answer, locator: str | None) -> Manifest:
    """The manifest with the answer as its next page, on disk; the work is not there yet."""
    landing = replace(work.manifest, announced=answer.total)
    if not answer.records:
        return landing
    page = write_page(work, answer.records, len(landing.pages) + 1)
    return landing.with_page(page, locator, answer.next_url)


def _doubt(before: Manifest, landing: Manifest, answer: Answer) -> str | None:
    """What speaks against the page: it came before, or the next one does not begin where it ends.

    The next address ends with the number of rows before it (`…-2000`). A hint, not a law: only what
    comes in all decides.
    """
    if twin := _twin(landing):
        return f"it is page {twin} once more"
    due = OFFSET.search(answer.next_url) if answer.next_url else None
    end = answer.total if answer.next_url is None else int(due[1]) if due else landing.rows
    if landing.rows != end:
        return f"it has {landing.rows - before.rows:,} rows instead of {end - before.rows:,}"
    return None


def _twin(landing: Manifest) -> int | None:
    """The number of the page that the last one is equal to. No row is in two pages, so none can be alike."""
    *others, last = landing.pages or (None,)
    return next((page.number for page in others if page and last and page.sha256 == last.sha256), None)


def _refuse_twin(work: Work, landing: Manifest) -> None:
    if twin := _twin(landing):
        work.abandon()
        reason = f"it is page {twin} once more"
        raise IncompletePageError(work.object_name, "the REST query", len(landing.pages), 2, reason)


def write_page(work: Work, records: Sequence[Record], number: int) -> LandedPage:
    """A page of these records, in the columns of the query. HeaderMismatchError if a record lacks one."""
    names = work.names
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(_rows(work, records))
    with PageWriter(work.page_path(number), is_gzip=False) as page:
        page.feed(text.getvalue().encode())
        content = page.finish()
        if content.rows != len(records):
            raise IncompleteJobError(work.object_name, f"page {number}", len(records), content.rows)
        page.keep()
    return LandedPage(number, work.page_path(number), content.rows, content.bytes, content.sha256)


def _rows(work: Work, records: Sequence[Record]) -> list[list[Any]]:
    """The values in their order, as texts or None. Column by column: most of them need no touch."""
    names = work.names
    try:
        rows = [[record[name] for name in names] for record in records]
    except KeyError as error:
        record = next(record for record in records if error.args[0] not in record)
        raise HeaderMismatchError(work.object_name, names, [key for key in record if key != "attributes"]) from error
    for place, column in enumerate(work.manifest.columns):
        if column.duckdb_type == "TIMESTAMP":
            _change(rows, place, _instant)
        elif not PLAIN.issuperset({type(row[place]) for row in rows}):
            _change(rows, place, _plain)
        if work.mask and column.source_name in work.manifest.masked:
            _change(rows, place, work.mask)
    return rows


def _change(rows: list[list[Any]], place: int, change: Callable[[Any], str]) -> None:
    for row in rows:
        if row[place] is not None and row[place] != "":
            row[place] = change(row[place])


def _get(client: Client, path: str, params: Mapping[str, str] | None, at_once: int = BATCH_SIZE) -> Answer:
    options = {"Sforce-Query-Options": f"batchSize={at_once}"}
    for attempt in (1, 2):
        response = client.request("GET", path, headers=options, params=params)
        try:
            body = json.loads(response.content, parse_float=str, parse_int=str)
            next_url = None if body["done"] else str(body["nextRecordsUrl"])
            return Answer(tuple(body["records"]), int(body["totalSize"]), next_url)
        except (ValueError, KeyError, TypeError) as error:
            torn = ResponseError(client.url(path), f"it is no query result ({error!r})")
            log.info("%s (attempt %d)", torn, attempt)
    raise torn


def _instant(value: Any) -> str:
    text = value if isinstance(value, str) else _plain(value)
    return text.removesuffix("+0000") + "Z" if text.endswith("+0000") else text


def _plain(value: Any) -> str:
    """A value of JSON as Bulk would write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
