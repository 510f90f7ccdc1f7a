"""The REST API's reading resources: describe, query, records by id, limits. What changed is `replication`."""

import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.api.cursors import Cursor, Cursors
from connectors.sandbox.api.quotas import Quotas
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Request, Response, json_response
from connectors.sandbox.ids import to_long_id
from connectors.sandbox.metadata.describe import describe_object, describe_summary
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.query import OrgCalendar, compile_query, find_object
from connectors.sandbox.query.records import fetch_answer, fetch_count, fetch_records
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import Comparison, Membership, Path, Statement
from connectors.sandbox.store.org import Org

VERSIONS = tuple(range(40, 65))
BATCH_ROWS = 2000
LEAST_BATCH_ROWS = 200
RECORD_KILOBYTES = 2  # what Salesforce counts for a record
STORAGE_MEGABYTES = 10_240


class RestApi:
    """Answers over one org."""

    def __init__(self, org: Org, is_session: Callable[[str], bool]) -> None:
        self._org = org
        self.cursors = Cursors(is_session)

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
        names = ("sobjects", "query", "queryAll", "limits", "jobs", "composite")
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
        answer = fetch_answer(self._org, compiled, batch_rows)
        cursor = Cursor(compiled.sobject.name, answer, request.bearer or "", batch_rows, self._org.clock.now)
        locator = self.cursors.open(cursor) if answer.total > batch_rows else None
        return self._page(cursor, 0, version, locator)

    def query_more(self, name: str, request: Request, version: str) -> Response:
        locator, _, start = name.rpartition("-")
        if not start.isdecimal():
            raise OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
        cursor = self.cursors.find(locator, request.bearer, self._org.clock.now)
        return self._page(cursor, int(start), version, locator)

    def object_of(self, path: str) -> str | None:
        """The sObject of the query whose next page the path asks for."""
        return self.cursors.object_of(path.rpartition("/")[2].rpartition("-")[0])

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

    def records(self, name: str, request: Request, version: str) -> Response:
        """…/composite/sobjects/X: up to 2,000 records by id, in the order asked, null for what is not there."""
        told = request.json_object if request.method == "POST" else {}
        ids = told.get("ids") or request.parameters.get("ids", "").split(",")
        fields = told.get("fields") or request.parameters.get("fields", "Id").split(",")
        if len(ids) > BATCH_ROWS:
            raise OrgError("LIMIT_EXCEEDED", f"{len(ids)} ids, at most {BATCH_ROWS} are allowed")
        long = [to_long_id(str(each)) for each in ids]
        wanted = [str(each).strip() for each in fields]
        statement = Statement(
            tuple(Path((each,)) for each in dict.fromkeys(["Id", *wanted])),
            self._sobject(name).name,
            Membership(Path(("Id",)), tuple(long), False),
        )
        compiled = compile_query(statement, self._org.schema, OrgCalendar(self._org), is_all=False, version=version)
        found = {each["Id"]: each for each in fetch_records(self._org, compiled)}
        return json_response([found.get(each) for each in long])

    def limits(self, quotas: Quotas) -> Response:
        """Quotas as they are used, and the storage that the records take."""
        kept = sum(self._org.count(name) for name in self._org.schema) * RECORD_KILOBYTES // 1024
        storage = {"Max": STORAGE_MEGABYTES, "Remaining": max(STORAGE_MEGABYTES - kept, 0)}
        return json_response({**quotas.shown(), "DataStorageMB": storage})

    def record_count(self, request: Request) -> Response:
        asked = request.parameters.get("sObjects")
        names = asked.split(",") if asked else list(self._org.schema)
        found = [found for name in names if (found := find_object(self._org.schema, name.strip()))]
        counts = [{"count": self._org.count(each.name), "name": each.name} for each in found]
        return json_response({"sObjects": counts})

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
