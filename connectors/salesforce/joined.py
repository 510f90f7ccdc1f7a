"""A REST query with more fields than an address holds: asked for in parts, put together by Id.

All parts are ordered by Id and read in step, so memory stays flat. A row that changed while the parts
were read shows in its stamp, or is missing in a part: then all starts over.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any

from connectors.salesforce import rest
from connectors.salesforce.client import Client
from connectors.salesforce.errors import IncompleteJobError, QueryTooLongError, RequestError
from connectors.salesforce.rest import BATCH_SIZE, RESTARTS, Record
from connectors.salesforce.work import Work

log = logging.getLogger("salespulse.salesforce")

KEY = "Id"
STAMP = "SystemModstamp"


class _MovedError(Exception):
    """The rows of the parts do not belong together. Inside this module only."""


def download(work: Work) -> None:
    """Land all rows of the query, whatever the number of its fields.

    QueryTooLongError if even one field does not fit, IncompleteJobError if rows went on changing.
    """
    queries = parts(work)
    log.info("%s: more fields than an address holds, read in %d parts", work.object_name, len(queries))
    for attempt in range(1, RESTARTS + 1):
        work.manifest = work.manifest.without_pages()
        try:
            _land(work, queries)
            return
        except (_MovedError, RequestError) as error:
            if isinstance(error, RequestError) and error.code != "INVALID_QUERY_LOCATOR":
                raise
            log.info("%s: rows changed while they were read, attempt %d: %s", work.object_name, attempt, error)
    work.abandon()
    raise IncompleteJobError(work.object_name, "the query in parts", work.manifest.announced or 0, work.manifest.rows)


def parts(work: Work) -> list[str]:
    """Queries that fit, each with Id and stamp and some of the fields, all with the same condition."""
    _, _, source = work.manifest.query.partition(" FROM ")
    common = [name for name in (KEY, STAMP) if name in work.names]
    queries: list[str] = []
    fields: list[str] = []
    for name in (name for name in work.names if name not in common):
        if rest.fits(_query([*common, *fields, name], source)):
            fields.append(name)
            continue
        if not fields:
            raise QueryTooLongError(work.object_name, len(work.manifest.query), rest.LONGEST_ADDRESS)
        queries.append(_query([*common, *fields], source))
        fields = [name]
    return [*queries, _query([*common, *fields], source)]


def _query(fields: list[str], source: str) -> str:
    return f"SELECT {', '.join(fields)} FROM {source} ORDER BY {KEY}"


def _land(work: Work, queries: list[str]) -> None:
    rows = _rows(work.client, queries)
    while records := list(islice(rows, BATCH_SIZE)):
        landing = work.manifest
        page = rest.write_page(work, records, len(landing.pages) + 1)
        work.manifest = landing.with_page(page, None, None)
    work.manifest = replace(work.manifest, announced=work.manifest.rows)


def _rows(client: Client, queries: list[str]) -> Iterator[Record]:
    for pieces in zip_longest(*(_records(client, query) for query in queries)):
        row: dict[str, Any] = {}
        for piece in pieces:
            if piece is None or any(piece.get(name) != row.get(name, piece.get(name)) for name in (KEY, STAMP)):
                raise _MovedError("a row is another one, or missing, in one of the parts")
            row.update(piece)
        yield row


def _records(client: Client, query: str) -> Iterator[Record]:
    answer, received = rest.ask(client, query), 0
    while True:
        received += len(answer.records)
        yield from answer.records
        if answer.next_url is None:
            break
        answer = rest.go_on(client, answer.next_url)
    if received != answer.total:
        raise _MovedError(f"{answer.total:,} rows were announced and {received:,} came")
