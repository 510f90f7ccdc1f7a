"""Bulk API 2.0 query jobs: their life, their pages and what they refuse."""

import base64
import binascii
import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.faults import Faults
from connectors.sandbox.http.message import Place, Request, Response, json_response
from connectors.sandbox.ids import make_id, to_long_id
from connectors.sandbox.query import Compiled, OrgCalendar, compile_query, find_object
from connectors.sandbox.query.lines import Lines
from connectors.sandbox.query.records import DELIMITERS, LINE_ENDINGS, csv_header, fetch_lines
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import FieldsOf, Statement, Subquery, TypeOf
from connectors.sandbox.store.org import Org, clock_text

PAGE_ROWS = 50_000
RESULT_PAGES_AT_A_TIME = 5
FINISHED = ("JobComplete", "Failed", "Aborted")

log = logging.getLogger("salespulse.sandbox")


@dataclass(slots=True)
class Job:
    """A query job. `lines` are there once it is complete."""

    id: str
    operation: str
    query: str
    sobject: str
    api_version: str
    delimiter: str
    ending: str
    created: str
    compiled: Compiled
    is_pk_chunked: bool
    state: str = "UploadComplete"
    error: str | None = None
    lines: Lines | None = None
    milliseconds: int = 0
    slow_polls: int = 0

    @property
    def rows(self) -> int:
        return 0 if self.lines is None else len(self.lines)

    def page(self, start: int, count: int) -> bytes:
        """Header and the lines from `start` on: they are spelled already, no cell is touched."""
        return self.header + (b"" if self.lines is None else self.lines.read(start, count))

    @property
    def header(self) -> bytes:
        return csv_header(self.compiled, self.delimiter, self.ending)


class BulkJobs:
    """All jobs of the org. Jobs run in threads of their own, on the org as it is when they start."""

    def __init__(self, org: Org, faults: Faults, page_rows: int = PAGE_ROWS) -> None:
        self._org = org
        self._faults = faults
        self._page_rows = page_rows
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="bulk")
        # An org never gives a job's id again, not even after this process: so counting starts at the time.
        self._count = time.time_ns() // 1_000_000

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def create(self, request: Request, version: str) -> Response:
        """POST …/jobs/query. Raises OrgError for a query that cannot run."""
        job = self._make_job(request.json_object, version)
        with self._lock:
            self._jobs[job.id] = job
        answer = json_response(self._shown(job, is_brief=True))
        self._harm(job, request)
        self._pool.submit(self._run, job)
        return answer

    def object_of(self, path: str) -> str | None:
        """The sObject of the job that a path names."""
        match = re.search(r"/jobs/query/(\w+)", path)
        job = self._jobs.get(to_long_id(match[1])) if match else None
        return job.sobject if job else None

    def info(self, job_id: str, request: Request) -> Response:
        job = self._find(job_id)
        self._harm(job, request)
        self._find(job_id)
        if job.slow_polls and job.state == "JobComplete":
            job.slow_polls -= 1
            return json_response({**self._shown(job), "state": "InProgress", "numberRecordsProcessed": 0})
        return json_response(self._shown(job))

    def list(self) -> Response:
        with self._lock:
            records = [self._shown(job, is_brief=True) for job in self._jobs.values()]
        return json_response({"done": True, "records": records, "nextRecordsUrl": None})

    def abort(self, job_id: str, request: Request) -> Response:
        """PATCH …/{id} with state Aborted; a finished job cannot be aborted."""
        job = self._find(job_id)
        if request.json_object.get("state") != "Aborted":
            raise OrgError("INVALIDJOBSTATE", "Only the state Aborted can be set on a query job")
        with self._lock:
            if job.state in FINISHED:
                raise OrgError("INVALIDJOBSTATE", f"Aborting already {job.state} Job not allowed")
            job.state = "Aborted"
        return json_response(self._shown(job))

    def delete(self, job_id: str) -> Response:
        job = self._find(job_id)
        if job.state not in FINISHED:
            raise OrgError("INVALIDJOBSTATE", "Deleting a job that is not finished is not allowed")
        with self._lock:
            del self._jobs[job.id]
        return Response(204)

    def results(self, job_id: str, request: Request) -> Response:
        """GET …/{id}/results: one page of CSV, and the locator of the next in a header."""
        job = self._completed(job_id)
        parameters = request.parameters
        count = _positive(parameters.get("maxRecords"), self._page_rows)
        start = _read_locator(parameters.get("locator"), job.rows)
        end = min(start + count, job.rows)
        place = Place(start, end, job.rows, start // count + 1)
        self._harm(job, request, place)
        self._completed(job_id)
        headers = {
            "Sforce-NumberOfRecords": str(end - start),
            "Sforce-Locator": _make_locator(end) if end < job.rows else "null",
        }
        return Response(200, job.page(start, count), "text/csv; charset=UTF-8", headers, place)

    def result_pages(self, job_id: str, request: Request, version: str) -> Response:
        """GET …/{id}/resultPages: the addresses of up to five pages."""
        job = self._completed(job_id)
        self._harm(job, request)
        self._completed(job_id)
        if version != job.api_version:
            message = f"The API version in the request must be the job's, {job.api_version}"
            raise OrgError("API_VERSION_MISMATCH", message, 409)
        count = _positive(request.parameters.get("maxRecords"), self._page_rows)
        start = _read_locator(request.parameters.get("locator"), job.rows)
        base = f"/services/data/v{version}/jobs/query/{job.id}"
        starts = list(range(start, max(job.rows, 1), count))
        size = "" if count == self._page_rows else f"&maxRecords={count}"
        shown = [
            {"resultUrl": f"{base}/results?locator={_make_locator(each)}{size}"}
            for each in starts[:RESULT_PAGES_AT_A_TIME]
        ]
        more = starts[RESULT_PAGES_AT_A_TIME:]
        following = f"{base}/resultPages?locator={_make_locator(more[0])}{size}" if more else None
        return json_response({"resultPages": shown, "nextRecordsUrl": following, "done": not more})

    def _make_job(self, told: dict[str, Any], version: str) -> Job:
        operation, text = told.get("operation"), told.get("query")
        if operation not in ("query", "queryAll") or not isinstance(text, str):
            raise OrgError("INVALIDJOB", "operation must be query or queryAll, and query a SOQL statement")
        delimiter, ending = told.get("columnDelimiter", "COMMA"), told.get("lineEnding", "LF")
        if delimiter not in DELIMITERS or ending not in LINE_ENDINGS or told.get("contentType", "CSV") != "CSV":
            raise OrgError("INVALIDJOB", "contentType, columnDelimiter or lineEnding is not supported")
        statement = parse(text)
        _refuse_unsupported(statement)
        compiled = compile_query(statement, self._org.schema, OrgCalendar(self._org), is_all=operation == "queryAll")
        if not compiled.sobject.is_bulk_supported:
            raise OrgError("INVALIDENTITY", f"Entity '{compiled.sobject.name}' is not supported by the Bulk API.")
        with self._lock:
            self._count += 1
            job_id = make_id("750", self._count)
        is_chunked = not statement.order_by and statement.limit is None
        created = clock_text(self._org.clock.now)
        name = compiled.sobject.name
        return Job(job_id, operation, text, name, version, delimiter, ending, created, compiled, is_chunked)

    def _harm(self, job: Job, request: Request, place: Place | None = None) -> None:
        """What the faults make of the job, whatever it was before."""
        for fault in self._faults.due_for_job(request, place):
            with self._lock:
                match fault.kind:
                    case "job_failed":
                        job.state, job.error = "Failed", str(fault.options.get("message", "Job failed"))
                    case "job_aborted":
                        job.state = "Aborted"
                    case "job_gone":
                        self._jobs.pop(job.id, None)
                    case "job_slow":
                        job.slow_polls = int(fault.options.get("polls", 1))

    def _run(self, job: Job) -> None:
        started = time.perf_counter()
        if not _move(job, "UploadComplete", "InProgress"):
            return
        try:
            _refuse_compound(job)
            job.lines = fetch_lines(self._org, job.compiled, job.delimiter, job.ending)
        except OrgError as error:
            job.error, state = f"{error.code} : {error.message}", "Failed"
        except Exception as error:  # the thread must not die silently: the job tells it
            log.exception("query job %s broke", job.id)
            job.error, state = f"InternalServerError : {error}", "Failed"
        else:
            state = "JobComplete"
        job.milliseconds = int((time.perf_counter() - started) * 1000)
        _move(job, "InProgress", state)
        log.debug("job %s on %s: %s, %d rows", job.id, job.sobject, job.state, job.rows)

    def _find(self, job_id: str) -> Job:
        job = self._jobs.get(to_long_id(job_id))
        if job is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        return job

    def _completed(self, job_id: str) -> Job:
        job = self._find(job_id)
        if job.state != "JobComplete":
            raise OrgError("INVALIDJOBSTATE", f"Results are not there: the job's state is {job.state}")
        return job

    def _shown(self, job: Job, *, is_brief: bool = False) -> dict[str, Any]:
        user = find_object(self._org.schema, "User")
        shown = {
            "id": job.id,
            "operation": job.operation,
            "object": job.sobject,
            "createdById": make_id(user.key_prefix if user else "005", 1),
            "createdDate": job.created,
            "systemModstamp": job.created,
            "state": job.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.api_version),
            "lineEnding": job.ending,
            "columnDelimiter": job.delimiter,
        }
        if is_brief:
            return shown
        shown |= {
            "jobType": "V2Query",
            "numberRecordsProcessed": job.rows if job.state == "JobComplete" else 0,
            "retries": 0,
            "totalProcessingTime": job.milliseconds,
            "isPkChunkingSupported": job.is_pk_chunked,
        }
        return shown | ({"errorMessage": job.error} if job.error else {})


def _move(job: Job, old: str, new: str) -> bool:
    if job.state != old:
        return False  # aborted meanwhile
    job.state = new
    return True


def _refuse_unsupported(statement: Statement) -> None:
    if statement.group_by or statement.is_aggregate:
        raise OrgError("FEATURENOTENABLED", "Aggregate queries (GROUP BY, COUNT …) are not supported in Bulk Query")
    if statement.offset is not None:
        raise OrgError("FEATURENOTENABLED", "OFFSET is not supported in Bulk Query")
    for item in statement.select:
        if isinstance(item, TypeOf):
            raise OrgError("FEATURENOTENABLED", "TYPEOF is not supported in Bulk Query")
        if isinstance(item, Subquery):
            raise OrgError("FEATURENOTENABLED", "Aggregate Relationships not supported in Bulk Query")
        if isinstance(item, FieldsOf):
            raise OrgError("MALFORMED_QUERY", "The SOQL FIELDS function is not supported in Bulk Query")


def _refuse_compound(job: Job) -> None:
    if any(output.field.is_compound for output in job.compiled.outputs):
        message = (
            "Failed to process query: FUNCTIONALITY_NOT_ENABLED: Selecting compound data not supported in Bulk Query"
        )
        raise OrgError("InvalidBatch", message)


def _positive(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise OrgError("INVALID_QUERY_PARAMETER", f"maxRecords must be a positive number, not '{text}'")
    return int(text)


def _make_locator(start: int) -> str:
    return base64.urlsafe_b64encode(str(start).encode()).decode().rstrip("=")


def _read_locator(text: str | None, rows: int) -> int:
    if text is None:
        return 0
    try:
        start = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise OrgError("INVALID_QUERY_LOCATOR", f"invalid query locator: {text}") from error
    if not 0 <= start <= rows:
        raise OrgError("INVALID_QUERY_LOCATOR", f"invalid query locator: {text}")
    return start
