"""Bulk API 2.0 query jobs: their life, their pages and what they refuse."""

import logging
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.faults import Faults
from connectors.sandbox.http.message import Place, Request, Response, json_response
from connectors.sandbox.ids import make_id, to_long_id
from connectors.sandbox.jobs.bulk_job import Job
from connectors.sandbox.jobs.locators import make_locator, read_count, read_locator
from connectors.sandbox.query import OrgCalendar, compile_query, find_object
from connectors.sandbox.query.records import DELIMITERS, LINE_ENDINGS, fetch_lines
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import FieldsOf, Statement, Subquery, TypeOf
from connectors.sandbox.store.org import Org, clock_text

PAGE_ROWS = 50_000
RESULT_PAGES_AT_A_TIME = 5
FINISHED = ("JobComplete", "Failed", "Aborted")

log = logging.getLogger("salespulse.sandbox")


class BulkJobs:
    """All jobs of the org. Jobs run in threads of their own, on the org as it is when they start."""

    def __init__(self, org: Org, faults: Faults, page_rows: int = PAGE_ROWS) -> None:
        self._org = org
        self._faults = faults
        self._page_rows = page_rows
        user = find_object(org.schema, "User")
        self._user_id = make_id(user.key_prefix if user else "005", 1)
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
        answer = json_response(job.shown(self._user_id, is_brief=True))
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
            return json_response({**job.shown(self._user_id), "state": "InProgress", "numberRecordsProcessed": 0})
        return json_response(job.shown(self._user_id))

    def list(self) -> Response:
        with self._lock:
            records = [job.shown(self._user_id, is_brief=True) for job in self._jobs.values()]
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
        return json_response(job.shown(self._user_id))

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
        count = read_count(parameters.get("maxRecords"), self._page_rows)
        start = read_locator(parameters.get("locator"), job.rows)
        end = min(start + count, job.rows)
        place = Place(start, end, job.rows, start // count + 1)
        self._harm(job, request, place)
        self._completed(job_id)
        headers = {
            "Sforce-NumberOfRecords": str(end - start),
            "Sforce-Locator": make_locator(end) if end < job.rows else "null",
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
        count = read_count(request.parameters.get("maxRecords"), self._page_rows)
        start = read_locator(request.parameters.get("locator"), job.rows)
        base = f"/services/data/v{version}/jobs/query/{job.id}"
        starts = list(range(start, max(job.rows, 1), count))
        size = "" if count == self._page_rows else f"&maxRecords={count}"
        shown = [
            {"resultUrl": f"{base}/results?locator={make_locator(each)}{size}"}
            for each in starts[:RESULT_PAGES_AT_A_TIME]
        ]
        more = starts[RESULT_PAGES_AT_A_TIME:]
        following = f"{base}/resultPages?locator={make_locator(more[0])}{size}" if more else None
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
        if not job.move("UploadComplete", "InProgress"):
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
        job.move("InProgress", state)
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
