"""Which function answers which request: login, the REST and Bulk resources, and the /sandbox controls."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from connectors.sandbox.api.composite import Composite
from connectors.sandbox.api.controls import Controls
from connectors.sandbox.api.crud import Records
from connectors.sandbox.api.login import Credentials, Sessions, grant_token
from connectors.sandbox.api.quotas import BATCHES, CALLS, QUERY_JOBS, RESULT_MEGABYTES, Quotas
from connectors.sandbox.api.replication import Replication, Transactions
from connectors.sandbox.api.rest import VERSIONS, RestApi
from connectors.sandbox.api.soap import Soap
from connectors.sandbox.errors import OAuthError, OrgError
from connectors.sandbox.http.faults import Fault, Faults, object_named
from connectors.sandbox.http.message import Request, Response, error_response, json_response
from connectors.sandbox.http.spoiling import Spoiler, place_of, response_instead
from connectors.sandbox.jobs.bulk import PAGE_ROWS, BulkJobs
from connectors.sandbox.jobs.bulk_v1 import AsyncJobs
from connectors.sandbox.jobs.bulk_v1_message import AsyncError, shown_error
from connectors.sandbox.store.org import Org, clock_text

_ASYNC = re.compile(r"/services/async/(\d+\.\d)/(.+)")
_DATA = re.compile(r"/services/data/v(\d+\.\d)(/.*)?")
_MEGABYTE = 1_000_000
log = logging.getLogger("salespulse.sandbox")


class Application:
    """Everything behind the socket: `answer` turns a request into a response and never raises OrgError.

    `url` is set by the server once it knows its port, `ca_file` if it speaks https.
    """

    def __init__(
        self,
        org: Org,
        *,
        session_id: str | None = None,
        credentials: Credentials | None = None,
        page_rows: int | None = None,
        covered_lag_seconds: int = 0,
        daily_calls: int = 100_000,
    ) -> None:
        self.org = org
        self.url = ""
        self.ca_file: str | None = None
        self.credentials = credentials or Credentials()
        self.sessions = Sessions(session_id)
        self.faults = Faults(self._object_of)
        self._spoiler = Spoiler()
        self.bulk = BulkJobs(org, self.faults, page_rows or PAGE_ROWS)
        self.jobs = AsyncJobs(org, self.faults)
        self.quotas = Quotas(org.clock, {CALLS: daily_calls})
        self.transactions = Transactions(org)
        self.rest = RestApi(org, self.sessions.is_valid)
        self._replication = Replication(org, self.transactions, timedelta(seconds=covered_lag_seconds))
        self._records = Records(org)
        self._composite = Composite(org, self._answer_inner)
        self._soap = Soap(org, self.credentials, self.sessions, lambda: self.quotas.take(CALLS))
        self._controls = Controls(
            org,
            sessions=self.sessions,
            faults=self.faults,
            transactions=self.transactions,
            quotas=self.quotas,
            status=self.status,
        )

    @property
    def calls(self) -> int:
        """API calls answered in the last 24 hours of the org's clock."""
        return self.quotas.used(CALLS)

    def close(self) -> None:
        self.bulk.close()
        self.jobs.close()

    def status(self) -> dict[str, Any]:
        return {
            "now": clock_text(self.org.clock.now),
            "is_live": self.org.clock.is_live,
            "ca_file": self.ca_file,
            "calls": self.calls,
            "counts": {name: self.org.count(name) for name in self.org.schema},
            "faults": self.faults.shown(),
        }

    def answer(self, request: Request) -> Response:
        if self.org.clock.is_live:
            self.org.catch_up()
        if request.path.startswith("/sandbox"):
            return self._guarded(lambda: self._controls.answer(request))
        if not self.faults:
            return self._guarded(lambda: self._dispatch(request))
        return self._spoiled(request)

    def _spoiled(self, request: Request) -> Response:
        """The answer with what the faults make of it; those of a page are known once the org has answered."""
        due = self.faults.due(request)
        response = self._instead(due, request) or self._guarded(lambda: self._dispatch(request))
        at_page = self.faults.due_at(request, place_of(request, response))
        harmed = self._instead(at_page, request) or replace(response, headers=dict(response.headers))
        self._spoiler.spoil(request, harmed, due + at_page)
        self._spoiler.remember(request, response)
        return harmed

    def _instead(self, due: list[Fault], request: Request) -> Response | None:
        if any(fault.kind == "expire_session" for fault in due):
            self.sessions.expire_all()
            return self._guarded(lambda: self._dispatch(request))
        return response_instead(due)

    def _object_of(self, request: Request) -> str | None:
        """What a request is about, even if it names only a job or a locator."""
        return object_named(request) or self.bulk.object_of(request.path) or self.rest.object_of(request.path)

    def _guarded(self, work: Callable[[], Response]) -> Response:
        try:
            return work()
        except OrgError as error:
            return error_response(error.code, error.message, error.status, error.fields)
        except OAuthError as error:
            return json_response({"error": error.error, "error_description": error.description}, 400)
        except Exception as error:  # an answer, as the true service gives one
            log.exception("the sandbox org broke")
            return error_response("UNKNOWN_EXCEPTION", f"An unexpected error occurred: {error}", 500)

    def _dispatch(self, request: Request) -> Response:
        path = request.path.rstrip("/")
        if path == "/services/oauth2/token":
            return json_response(grant_token(request, self.credentials, self.sessions, self.url))
        if match := re.fullmatch(r"/services/Soap/[uc]/(\d+\.\d)(?:/\w+)?", path):
            return self._soap.answer(request, self.url, match[1])
        if path == "/services/data":
            return self.rest.versions()
        if match := _ASYNC.fullmatch(path):
            return self._async(request, match[1], match[2].split("/"))
        version, parts = _data_path(path)
        if not self.sessions.is_valid(request.bearer):
            raise OrgError("INVALID_SESSION_ID", "Session expired or invalid", 401)
        if self.quotas.take(CALLS):
            response = self._guarded(lambda: self._data(request, version, parts))
        else:
            response = error_response("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
        response.headers["Sforce-Limit-Info"] = f"api-usage={self.calls}/{self.quotas.most(CALLS)}"
        return response

    def _answer_inner(self, request: Request) -> Response:
        """A request inside another: it counts no call of its own and meets no fault of its own."""

        def work() -> Response:
            version, parts = _data_path(request.path.rstrip("/"))
            return self._data(request, version, parts)

        return self._guarded(work)

    def _async(self, request: Request, version: str, parts: list[str]) -> Response:
        """Bulk API 1.0, whose session travels in a header of its own and whose errors have their own shape."""
        try:
            if not self.sessions.is_valid(request.headers.get("x-sfdc-session") or request.bearer):
                raise AsyncError("InvalidSessionId", "Invalid session id", 401)
            is_batch = request.method == "POST" and parts[-1] == "batch"
            if not self.quotas.take(CALLS) or (is_batch and not self.quotas.take(BATCHES)):
                raise AsyncError("ExceededQuota", "The limit of the last 24 hours is exceeded.", 403)
            return self.jobs.answer(request, version, parts)
        except AsyncError as error:
            return shown_error(error, request)

    def _data(self, request: Request, version: str, parts: list[str]) -> Response:
        match parts:
            case ["jobs", "query", *rest]:
                return self._jobs(request, version, rest)
            case ["composite", *rest]:
                return self._composites(request, version, rest)
            case ["sobjects", *rest]:
                return self._sobjects(request, version, rest)
        if request.method not in ("GET", "HEAD"):
            raise _not_allowed(request, "HEAD,GET")
        match parts:
            case [""]:
                return self.rest.resources(version)
            case ["query" | "queryAll" as name]:
                return self.rest.query(request, version, is_all=name == "queryAll")
            case ["query" | "queryAll", locator]:
                return self.rest.query_more(locator, request, version)
            case ["limits"]:
                return self.rest.limits(self.quotas)
            case ["limits", "recordCount"]:
                return self.rest.record_count(request)
        raise _not_found()

    def _sobjects(self, request: Request, version: str, parts: list[str]) -> Response:
        if request.method not in ("GET", "HEAD"):
            return self._write(request, version, parts)
        match parts:
            case []:
                return self.rest.sobjects(version)
            case [name]:
                return self.rest.basic(name, version)
            case [name, "describe"]:
                return self.rest.describe(name, version)
            case [name, "updated"]:
                return self._replication.updated(name, request)
            case [name, "deleted"]:
                return self._replication.deleted(name, request)
            case [name, record_id]:
                return self.rest.record(name, record_id, request, version)
            case [name, field, value]:
                return self.rest.record(name, self._records.find(name, field, value), request, version)
        raise _not_found()

    def _write(self, request: Request, version: str, parts: list[str]) -> Response:
        match request.method, parts:
            case "POST", [name]:
                return self._records.create(name, request, version)
            case "PATCH", [name, record_id]:
                return self._records.update(name, record_id, request)
            case "PATCH", [name, field, value]:
                return self._records.upsert(name, field, value, request, version)
            case "DELETE", [name, record_id]:
                return self._records.delete(name, record_id)
            case "DELETE", [name, field, value]:
                return self._records.delete_by(name, field, value)
        raise _not_allowed(request, "HEAD,GET" if not parts else "HEAD,GET,POST,PATCH,DELETE")

    def _composites(self, request: Request, version: str, parts: list[str]) -> Response:
        match request.method, parts:
            case "POST", []:
                return self._composite.composite(request)
            case "POST", ["batch"]:
                return self._composite.batch(request)
            case "POST", ["tree", name]:
                return self._composite.tree(name, request)
            case "GET" | "POST", ["sobjects", name]:
                return self.rest.records(name, request, version)
            case _, ["sobjects", *rest]:
                return self._records.collection(request, rest)
        raise _not_allowed(request, "POST")

    def _jobs(self, request: Request, version: str, parts: list[str]) -> Response:
        match request.method, parts:
            case "POST", []:
                if self.quotas.used(QUERY_JOBS) >= self.quotas.most(QUERY_JOBS):
                    raise OrgError("LIMIT_EXCEEDED", "The limit of Bulk API 2.0 query jobs in 24 hours is exceeded")
                made = self.bulk.create(request, version)
                self.quotas.take(QUERY_JOBS)
                return made
            case "GET", []:
                return self.bulk.list()
            case "GET", [job_id]:
                return self.bulk.info(job_id, request)
            case "PATCH", [job_id]:
                return self.bulk.abort(job_id, request)
            case "DELETE", [job_id]:
                return self.bulk.delete(job_id)
            case "GET", [job_id, "results"]:
                page = self.bulk.results(job_id, request)
                self.quotas.note(RESULT_MEGABYTES, len(page.body) / _MEGABYTE)
                return page
            case "GET", [job_id, "resultPages"]:
                return self.bulk.result_pages(job_id, request, version)
        raise _not_allowed(request, "GET,POST,PATCH,DELETE")


def _data_path(path: str) -> tuple[str, list[str]]:
    """Version and the parts behind it. Raises OrgError NOT_FOUND."""
    match = _DATA.fullmatch(path)
    if match is None or float(match[1]) not in VERSIONS:
        raise _not_found()
    return match[1], [unquote(part) for part in (match[2] or "").strip("/").split("/")]


def _not_found() -> OrgError:
    return OrgError("NOT_FOUND", "The requested resource does not exist", 404)


def _not_allowed(request: Request, allowed: str) -> OrgError:
    message = f"HTTP Method '{request.method}' not allowed. Allowed are {allowed}"
    return OrgError("METHOD_NOT_ALLOWED", message, 405)
