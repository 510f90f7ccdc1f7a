"""The way for objects that the Bulk API does not offer: REST queryAll, written as Bulk pages.

The pages look as if Bulk had sent them: every value quoted, null empty, instants with Z. Values
keep their digits: numbers are never read as floats. REST lists rows under a locator that dies with
the session, so a query whose locator is lost starts over.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.landed import Column, LandedPage
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    QueryTooLongError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.pages import PageWriter

log = logging.getLogger("salespulse.salesforce")

BATCH_SIZE = 2000
LONGEST_ADDRESS = 15_000  # Salesforce reads 16,384 bytes, headers included
RESTARTS = 3


@dataclass(frozen=True, slots=True)
class _Answer:
    records: tuple[Mapping[str, Any], ...]
    total: int
    next_url: str | None


def fetch_all(
    client: Client, query: str, *, object_name: str, columns: Sequence[Column], folder: Path
) -> tuple[LandedPage, ...]:
    """Run the query and land all its pages in the folder.

    IncompleteJobError unless the rows are as many as `totalSize` says, QueryTooLongError for a query
    that no address can hold.
    """
    length = len(quote(query))
    if length > LONGEST_ADDRESS:
        raise QueryTooLongError(object_name, length, LONGEST_ADDRESS)
    for attempt in range(1, RESTARTS + 1):
        try:
            return _fetch_once(client, query, object_name, columns, folder)
        except RequestError as error:
            if error.code != "INVALID_QUERY_LOCATOR" or attempt == RESTARTS:
                raise
            log.info("%s: the REST query was lost with its session and starts over", object_name)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _fetch_once(
    client: Client, query: str, object_name: str, columns: Sequence[Column], folder: Path
) -> tuple[LandedPage, ...]:
    pages: list[LandedPage] = []
    total = 0
    for answer in _answers(client, query):
        path = folder / f"page-{len(pages) + 1:05d}.csv.gz"
        pages.append(_write_page(object_name, columns, answer.records, len(pages) + 1, path))
        total = answer.total
    received = sum(page.rows for page in pages)
    if received != total:
        raise IncompleteJobError(object_name, "the REST query", total, received)
    return tuple(pages)


def _answers(client: Client, query: str) -> Iterator[_Answer]:
    options = {"Sforce-Query-Options": f"batchSize={BATCH_SIZE}"}
    answer = _get(client, "queryAll/", options, {"q": query})
    yield answer
    while answer.next_url is not None:
        answer = _get(client, answer.next_url, options, None)
        yield answer


def _get(client: Client, path: str, headers: Mapping[str, str], params: Mapping[str, str] | None) -> _Answer:
    response = client.request("GET", path, headers=headers, params=params)
    try:
        body = json.loads(response.content, parse_float=str, parse_int=str)
        next_url = None if body["done"] else str(body["nextRecordsUrl"])
        return _Answer(tuple(body["records"]), int(body["totalSize"]), next_url)
    except (ValueError, KeyError, TypeError) as error:
        raise ResponseError(client.url(path), f"it is no query result ({error!r})") from error


def _write_page(
    object_name: str,
    columns: Sequence[Column],
    records: Sequence[Mapping[str, Any]],
    number: int,
    path: Path,
) -> LandedPage:
    names = [column.source_name for column in columns]
    with PageWriter(path, is_gzip=False) as writer:
        writer.feed(_line([_quoted(name) for name in names]))
        for record in records:
            if any(name not in record for name in names):
                raise HeaderMismatchError(object_name, names, [key for key in record if key != "attributes"])
            writer.feed(_line([_cell(record[column.source_name], column) for column in columns]))
        content = writer.finish()
        if content.rows != len(records):
            raise IncompleteJobError(object_name, f"page {number}", len(records), content.rows)
        writer.keep()
    return LandedPage(number, path, content.rows, content.bytes, content.sha256)


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(cells) + "\n").encode()


def _cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _quoted("true" if value else "false")
    if not isinstance(value, str):
        return _quoted(json.dumps(value, ensure_ascii=False))
    if column.duckdb_type == "TIMESTAMP":
        return _quoted(value.removesuffix("+0000") + "Z" if value.endswith("+0000") else value)
    return _quoted(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
