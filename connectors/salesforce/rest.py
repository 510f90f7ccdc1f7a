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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from connectors.landed import LandedPage
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.pages import PageWriter
from connectors.salesforce.work import Work

log = logging.getLogger("salespulse.salesforce")

BATCH_SIZE = 2000
LONGEST_ADDRESS = 15_000  # Salesforce reads 16,384 bytes, headers included
RESTARTS = 3
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


def ask(client: Client, query: str) -> Answer:
    """The first rows of the query, deleted and archived ones among them, and how many there are in all."""
    return _get(client, "queryAll/", {"q": query})


def go_on(client: Client, url: str) -> Answer:
    return _get(client, url, None)


def download(work: Work, first: Answer | None = None) -> None:
    """Land all rows of the query, from `first` on or from where it was cut off.

    IncompleteJobError unless the rows are as many as `totalSize` says.
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
    answer = first or (go_on(work.client, locator) if locator else ask(work.client, work.manifest.query))
    while True:
        landing = replace(work.manifest, announced=answer.total)
        if answer.records:
            page = write_page(work, answer.records, len(landing.pages) + 1)
            landing = landing.with_page(page, locator, answer.next_url)
        work.manifest = landing
        if answer.next_url is None or landing.rows > answer.total:
            return
        work.at(landing)
        locator = answer.next_url
        answer = go_on(work.client, locator)


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


def _get(client: Client, path: str, params: Mapping[str, str] | None) -> Answer:
    options = {"Sforce-Query-Options": f"batchSize={BATCH_SIZE}"}
    response = client.request("GET", path, headers=options, params=params)
    try:
        body = json.loads(response.content, parse_float=str, parse_int=str)
        next_url = None if body["done"] else str(body["nextRecordsUrl"])
        return Answer(tuple(body["records"]), int(body["totalSize"]), next_url)
    except (ValueError, KeyError, TypeError) as error:
        raise ResponseError(client.url(path), f"it is no query result ({error!r})") from error


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
