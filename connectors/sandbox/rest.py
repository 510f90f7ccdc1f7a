"""The REST API's resources: describe, query, one record, limits, and what changed or was deleted."""

import itertools
import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.clock import to_naive_utc
from connectors.sandbox.describe import describe_object, describe_summary
from connectors.sandbox.errors import OrgError
from connectors.sandbox.message import Request, Response, json_response
from connectors.sandbox.org import Org, bin_opened, clock_text
from connectors.sandbox.query import OrgCalendar, compile_query, find_object
from connectors.sandbox.records import Answer, fetch_answer, fetch_count, fetch_records
from connectors.sandbox.schema import SObject
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import Comparison, Path, Statement

VERSIONS = tuple(range(40, 65))
BATCH_ROWS = 2000
LEAST_BATCH_ROWS = 200
REPLICATION_DAYS = 30


@dataclass(frozen=True, slots=True)
class Cursor:
    """A query with rows left to tell, bound to the session that asked."""

    answer: Answer
    session_id: str
    batch_rows: int


class RestApi:
    """Answers over one org. `covered_lag_seconds` is how far latestDateCovered stays behind the clock."""

    def __init__(self, org: Org, *, covered_lag_seconds: int = 0, daily_calls: int = 100_000) -> None:
        self._org = org
        self._lag = timedelta(seconds=covered_lag_seconds)
        self._daily_calls = daily_calls
        self._cursors: dict[str, Cursor] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def versions(self) -> Response:
        seasons = ("Spring", "Summer", "Winter")
        return json_response(
            [
                {
                    "label": f"{seasons[number % 3]} '{(number + 11) // 3:02d}",
                    "url": f"/services/data/v{number}.0",
                    "version": f"{number}.0",
                }
                for number in VERSIONS
            ]
        )

    def resources(self, version: str) -> Response:
        names = ("sobjects", "query", "queryAll", "limits", "jobs")
        return json_response({name: f"/services/data/v{version}/{name}" for name in names})

    def sobjects(self, version: str) -> Response:
        summaries = [describe_summary(each, version) for each in self._org.schema.values()]
        return json_response({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries})

    def basic(self, name: str, version: str) -> Response:
        sobject = self._sobject(name)
        return json_response({"objectDescribe": describe_summary(sobject, version), "recentItems": []})

    def describe(self, name: str, version: str) -> Response:
        return json_response(describe_object(self._sobject(name), version))

    def query(self, request: Request, version: str, *, is_all: bool) -> Response:
        """The first rows of a query; a locator leads to the rest."""
        text = request.parameters.get("q")
        if text is None:
            raise OrgError("MALFORMED_QUERY", "A query string has to be specified")
        calendar = OrgCalendar(self._org)
        compiled = compile_query(parse(text), self._org.schema, calendar, is_all=is_all, version=version)
        if compiled.is_count:
            return json_response({"totalSize": fetch_count(self._org, compiled), "done": True, "records": []})
        batch_rows = _batch_rows(request)
        cursor = Cursor(fetch_answer(self._org, compiled, batch_rows), request.bearer or "", batch_rows)
        if cursor.answer.total <= batch_rows:
            return self._page(cursor, 0, version, None)
        with self._lock:
            number = next(self._numbers)
            locator = f"01ggL00000{number:06d}AA"
            self._cursors[locator] = cursor
        return self._page(cursor, 0, version, locator)

    def query_more(self, name: str, request: Request, version: str) -> Response:
        locator, _, start = name.rpartition("-")
        cursor = self._cursors.get(locator)
        if cursor is None or cursor.session_id != request.bearer or not start.isdecimal():
            raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(cursor, int(start), version, locator)

    def record(self, name: str, record_id: str, request: Request, version: str) -> Response:
        sobject = self._sobject(name)
        asked = request.parameters.get("fields")
        names = asked.split(",") if asked else [field.name for field in sobject.fields]
        statement = Statement(
            tuple(Path((each.strip(),)) for each in names),
            sobject.name,
            Comparison(Path(("Id",)), "=", record_id),
        )
        calendar = OrgCalendar(self._org)
        compiled = compile_query(statement, self._org.schema, calendar, is_all=False, version=version)
        records = fetch_records(self._org, compiled)
        if not records:
            raise OrgError("NOT_FOUND", "Provided external ID field does not exist or is not accessible", 404)
        return json_response(records[0])

    def limits(self, used: int) -> Response:
        def room(maximum: int, gone: int = 0) -> dict[str, int]:
            return {"Max": maximum, "Remaining": max(maximum - gone, 0)}

        return json_response(
            {
                "DailyApiRequests": room(self._daily_calls, used),
                "DailyBulkV2QueryJobs": room(10_000),
                "DailyBulkV2QueryFileStorageMB": room(976_562),
                "DailyBulkApiBatches": room(15_000),
                "DataStorageMB": room(10_240),
                "ConcurrentAsyncGetReportInstances": room(200),
            }
        )

    def record_count(self, request: Request) -> Response:
        asked = request.parameters.get("sObjects")
        names = asked.split(",") if asked else list(self._org.schema)
        found = [found for name in names if (found := find_object(self._org.schema, name.strip()))]
        counts = [{"count": self._org.count(each.name), "name": each.name} for each in found]
        return json_response({"sObjects": counts})

    def updated(self, name: str, request: Request) -> Response:
        sobject, start, end = self._replication_window(name, request)
        ids = self._org.updated_ids(sobject, start, end, 600_000)
        return json_response({"ids": ids, "latestDateCovered": clock_text(self._covered(end))})

    def deleted(self, name: str, request: Request) -> Response:
        sobject, start, end = self._replication_window(name, request)
        earliest = bin_opened(self._org.clock.now, self._org.recycle_bin_days)
        gone = self._org.deleted_ids(sobject, max(start, earliest), end, 600_000)
        return json_response(
            {
                "deletedRecords": [{"deletedDate": clock_text(at), "id": each} for each, at in gone],
                "earliestDateAvailable": clock_text(earliest),
                "latestDateCovered": clock_text(self._covered(end)),
            }
        )

    def _covered(self, end: datetime) -> datetime:
        return min(end, self._org.clock.now - self._lag)

    def _replication_window(self, name: str, request: Request) -> tuple[SObject, datetime, datetime]:
        sobject = self._sobject(name)
        if not sobject.is_replicateable:
            message = f"sObject type '{sobject.name}' is not replicatable"
            raise OrgError("INVALID_TYPE_FOR_OPERATION", message)
        start, end = (_instant(request.parameters.get(each), each) for each in ("start", "end"))
        if start >= end:
            raise OrgError("INVALID_REPLICATION_DATE", "startDate must be earlier than endDate")
        if start < self._org.clock.now - timedelta(days=REPLICATION_DAYS):
            message = f"startDate cannot be more than {REPLICATION_DAYS} days ago"
            raise OrgError("INVALID_REPLICATION_DATE", message)
        return sobject, start, end

    def _page(self, cursor: Cursor, start: int, version: str, locator: str | None) -> Response:
        total = cursor.answer.total
        end = min(start + cursor.batch_rows, total)
        page: dict[str, Any] = {"totalSize": total, "done": end >= total}
        if not page["done"]:
            page["nextRecordsUrl"] = f"/services/data/v{version}/query/{locator}-{end}"
        head = json_response(page).body[:-1]  # the records are text already
        return Response(200, head + b',"records":' + cursor.answer.page(start, cursor.batch_rows) + b"}")

    def _sobject(self, name: str) -> SObject:
        sobject = find_object(self._org.schema, name)
        if sobject is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        return sobject


def _batch_rows(request: Request) -> int:
    match = re.search(r"batchSize=(\d+)", request.headers.get("sforce-query-options", ""))
    return min(max(int(match[1]), LEAST_BATCH_ROWS), BATCH_ROWS) if match else BATCH_ROWS


def _instant(text: str | None, name: str) -> datetime:
    if text is None:
        raise OrgError("MISSING_ARGUMENT", f"The {name} parameter is required")
    try:
        # a plus sign that came unescaped through the URL reads as a blank
        parsed = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise OrgError("INVALID_DATE_FORMAT", f"{name} is no date: {text}") from error
    return to_naive_utc(parsed)
