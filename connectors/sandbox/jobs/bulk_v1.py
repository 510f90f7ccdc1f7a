"""Bulk API 1.0 query jobs (`/services/async`): jobs, batches, PK chunking, results, in XML and JSON.

As far as deployed clients use it: queries, not loads. Bulk API 2.0 is `bulk`; how answers are spelled is told
in `bulk_v1_message`.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.faults import Faults
from connectors.sandbox.http.message import Request, Response
from connectors.sandbox.ids import make_id, to_long_id
from connectors.sandbox.jobs.bulk_v1_message import AsyncError, read_body, shown, shown_list, shown_results
from connectors.sandbox.jobs.chunks import Chunk, chunked, read_chunking
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import csv_header, fetch_answer, fetch_lines
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import Statement
from connectors.sandbox.store.org import Org, clock_text

OPERATIONS = ("query", "queryAll")
CONTENT_TYPES = ("CSV", "JSON")
PATIENCE_SECONDS = 2.0  # who asks how a batch is doing waits for a small one: clients sleep long between polls
NO_RECORDS = b"Records not found for this query"

log = logging.getLogger("salespulse.sandbox")


@dataclass(slots=True)
class Batch:
    """One query of a job, or one chunk of it; `body` is its result once it is Completed."""

    id: str
    job_id: str
    statement: Statement | None
    state: str = "Queued"
    message: str | None = None
    created: str = ""
    result_id: str = ""
    body: bytes = b""
    rows: int = 0
    milliseconds: int = 0


@dataclass(slots=True)
class Job:
    id: str
    operation: str
    sobject: str
    content_type: str
    api_version: str
    created: str
    chunking: Chunk | None
    state: str = "Open"
    batches: list[Batch] = field(default_factory=list)
    running: list[Future[None]] = field(default_factory=list)


class AsyncJobs:
    """All Bulk 1.0 jobs of the org. Raises AsyncError for what the API refuses."""

    def __init__(self, org: Org, faults: Faults) -> None:
        self._org = org
        self._faults = faults
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="bulk-v1")
        self._count = time.time_ns() // 1_000_000

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def answer(self, request: Request, version: str, parts: list[str]) -> Response:
        """What stands behind `/services/async/<version>/`, `parts` being the rest of the path."""
        match request.method, parts:
            case "POST", ["job"]:
                return shown(self._create(request, version), request, 201)
            case "GET", ["job", job_id]:
                return shown(self._info(self._find(job_id)), request)
            case "POST", ["job", job_id]:
                return shown(self._change(self._find(job_id), request), request)
            case "POST", ["job", job_id, "batch"]:
                return self._add_batch(self._find(job_id), request)
            case "GET", ["job", job_id, "batch"]:
                job = self._find(job_id)
                wait(job.running, PATIENCE_SECONDS)
                return shown_list([_batch_info(each) for each in job.batches], job.content_type)
            case "GET", ["job", job_id, "batch", batch_id]:
                job = self._find(job_id)
                wait(job.running, PATIENCE_SECONDS)
                return shown(_batch_info(_find_batch(job, batch_id)), request, kind=job.content_type, name="batchInfo")
            case "GET", ["job", job_id, "batch", batch_id, "result"]:
                job = self._find(job_id)
                return shown_results([_completed(job, batch_id).result_id], job.content_type)
            case "GET", ["job", job_id, "batch", batch_id, "result", result_id]:
                return self._result(self._find(job_id), batch_id, result_id)
        raise AsyncError("InvalidUrl", f"HTTP method {request.method} and this address do not go together")

    def _create(self, request: Request, version: str) -> dict[str, Any]:
        told = read_body(request, "jobInfo")
        operation, sobject = told.get("operation"), told.get("object")
        if operation not in OPERATIONS:
            raise AsyncError("InvalidJob", f"The sandbox org runs the operations query and queryAll, not {operation}")
        if not isinstance(sobject, str) or sobject not in self._org.schema:
            raise AsyncError("InvalidJob", f"Unable to find object: {sobject}")
        if not self._org.schema[sobject].is_bulk_supported:
            raise AsyncError("InvalidEntity", f"Entity '{sobject}' is not supported by the Bulk API.")
        content_type = told.get("contentType", "CSV")
        if content_type not in CONTENT_TYPES:
            raise AsyncError("InvalidJob", f"The sandbox org answers in CSV and JSON, not {content_type}")
        chunking = read_chunking(request.headers.get("sforce-enable-pkchunking", ""), self._org.schema, sobject)
        created = clock_text(self._org.clock.now)
        job = Job(self._next_id("750"), operation, sobject, content_type, version, created, chunking)
        with self._lock:
            self._jobs[job.id] = job
        return self._info(job)

    def _change(self, job: Job, request: Request) -> dict[str, Any]:
        state = read_body(request, "jobInfo").get("state")
        if state not in ("Closed", "Aborted"):
            raise AsyncError("InvalidJobState", f"A job can be Closed or Aborted, not {state}")
        if job.state == "Aborted":
            raise AsyncError("InvalidJobState", "The job is aborted already")
        job.state = state
        for batch in job.batches:
            if state == "Aborted" and batch.state == "Queued":
                batch.state = "NotProcessed"
        return self._info(job)

    def _add_batch(self, job: Job, request: Request) -> Response:
        if job.state != "Open":
            raise AsyncError("InvalidJobState", f"The job is {job.state}: no batch can be added")
        text = request.body.decode()
        first = self._make_batch(job)
        try:
            for fault in self._faults.due_for_job(request):
                raise OrgError("InvalidBatch", str(fault.options.get("message", "Job failed")))
            statement = parse(text)
            chunks = chunked(self._org, statement, job.chunking) if job.chunking else [statement]
        except OrgError as error:
            first.state, first.message = "Failed", _failure(error)
            return shown(_batch_info(first), request, 201, kind=job.content_type, name="batchInfo")
        first.statement = chunks[0]
        answer = shown(_batch_info(first), request, 201, kind=job.content_type, name="batchInfo")
        work = [first]
        if job.chunking:
            first.state = "NotProcessed"
            work = [self._make_batch(job, each) for each in chunks]
        job.running += [self._pool.submit(self._run, job, each) for each in work]
        return answer

    def _make_batch(self, job: Job, statement: Statement | None = None) -> Batch:
        made = Batch(self._next_id("751"), job.id, statement, created=clock_text(self._org.clock.now))
        job.batches.append(made)
        return made

    def _run(self, job: Job, batch: Batch) -> None:
        if batch.state != "Queued" or batch.statement is None:
            return
        started = time.perf_counter()
        batch.state = "InProgress"
        try:
            batch.body, batch.rows = self._fetch(job, batch.statement)
            batch.result_id = self._next_id("752")
            batch.state = "Completed"
        except OrgError as error:
            batch.message, batch.state = _failure(error), "Failed"
        except Exception as error:  # the thread must not die silently: the batch tells it
            log.exception("batch %s broke", batch.id)
            batch.message, batch.state = f"InternalServerError : {error}", "Failed"
        batch.milliseconds = int((time.perf_counter() - started) * 1000)

    def _fetch(self, job: Job, statement: Statement) -> tuple[bytes, int]:
        if statement.sobject.lower() != job.sobject.lower():
            raise OrgError("InvalidBatch", f"The job is of {job.sobject}, its query of {statement.sobject}")
        if statement.is_aggregate or statement.offset is not None:
            message = "Failed to process query: FUNCTIONALITY_NOT_ENABLED: aggregates and OFFSET are not supported"
            raise OrgError("InvalidBatch", message)
        is_all = job.operation == "queryAll"
        calendar = OrgCalendar(self._org)
        compiled = compile_query(statement, self._org.schema, calendar, is_all=is_all, version=job.api_version)
        if not compiled.is_flat or any(output.field.is_compound for output in compiled.outputs):
            message = "FUNCTIONALITY_NOT_ENABLED: Selecting compound data not supported in Bulk Query"
            raise OrgError("InvalidBatch", f"Failed to process query: {message}")
        if job.content_type == "JSON":
            answer = fetch_answer(self._org, compiled)
            return answer.page(0, answer.total), answer.total
        lines = fetch_lines(self._org, compiled, "COMMA", "LF")
        if not len(lines):
            return NO_RECORDS, 0
        return csv_header(compiled, "COMMA", "LF") + lines.read(0, len(lines)), len(lines)

    def _result(self, job: Job, batch_id: str, result_id: str) -> Response:
        batch = _completed(job, batch_id)
        if to_long_id(result_id) != batch.result_id:
            raise AsyncError("InvalidBatch", f"Unable to find result for id: {result_id}")
        kind = "text/csv;charset=UTF-8" if job.content_type == "CSV" else "application/json;charset=UTF-8"
        return Response(200, batch.body, kind)

    def _find(self, job_id: str) -> Job:
        job = self._jobs.get(to_long_id(job_id))
        if job is None:
            raise AsyncError("InvalidJob", f"Unable to find job for id: {job_id}")
        return job

    def _next_id(self, prefix: str) -> str:
        with self._lock:
            self._count += 1
            return make_id(prefix, self._count)

    def _info(self, job: Job) -> dict[str, Any]:
        states = [batch.state for batch in job.batches]
        return {
            "id": job.id,
            "operation": job.operation,
            "object": job.sobject,
            "createdById": make_id("005", 1),
            "createdDate": job.created,
            "systemModstamp": job.created,
            "state": job.state,
            "concurrencyMode": "Parallel",
            "contentType": job.content_type,
            "numberBatchesQueued": states.count("Queued"),
            "numberBatchesInProgress": states.count("InProgress"),
            "numberBatchesCompleted": states.count("Completed"),
            "numberBatchesFailed": states.count("Failed"),
            "numberBatchesTotal": len(states),
            "numberRecordsProcessed": sum(batch.rows for batch in job.batches),
            "numberRetries": 0,
            "apiVersion": float(job.api_version),
            "numberRecordsFailed": 0,
            "totalProcessingTime": sum(batch.milliseconds for batch in job.batches),
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
        }


def _batch_info(batch: Batch) -> dict[str, Any]:
    told = {
        "id": batch.id,
        "jobId": batch.job_id,
        "state": batch.state,
        "createdDate": batch.created,
        "systemModstamp": batch.created,
        "numberRecordsProcessed": batch.rows,
        "numberRecordsFailed": 0,
        "totalProcessingTime": batch.milliseconds,
        "apiActiveProcessingTime": 0,
        "apexProcessingTime": 0,
    }
    return told | ({"stateMessage": batch.message} if batch.message else {})


def _find_batch(job: Job, batch_id: str) -> Batch:
    found = next((each for each in job.batches if each.id == to_long_id(batch_id)), None)
    if found is None:
        raise AsyncError("InvalidBatch", f"Unable to find batch for id: {batch_id}")
    return found


def _completed(job: Job, batch_id: str) -> Batch:
    batch = _find_batch(job, batch_id)
    if batch.state != "Completed":
        raise AsyncError("InvalidBatch", f"Batch not completed: it is {batch.state}")
    return batch


def _failure(error: OrgError) -> str:
    if error.code == "InvalidBatch":
        return f"InvalidBatch : {error.message}"
    return f"InvalidBatch : Failed to process query: {error.code}: {error.message.strip()}"
