"""Which function answers which request: login, the REST and Bulk resources, and the /sandbox controls."""

import logging
import re
import threading
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.bulk import BulkJobs
from connectors.sandbox.bulk_v1 import AsyncJobs
from connectors.sandbox.bulk_v1_message import AsyncError, shown_error
from connectors.sandbox.errors import OAuthError, OrgError
from connectors.sandbox.faults import Fault, Faults, response_instead, spoil
from connectors.sandbox.login import Credentials, Sessions, grant_token
from connectors.sandbox.message import Request, Response, error_response, json_response
from connectors.sandbox.org import Org, clock_text
from connectors.sandbox.rest import VERSIONS, RestApi
from connectors.sandbox.soap import soap_login

_ASYNC = re.compile(r"/services/async/(\d+\.\d)/(.+)")
_DATA = re.compile(r"/services/data/v(\d+\.\d)(/.*)?")
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
        self.faults = Faults()
        self.bulk = BulkJobs(org, page_rows) if page_rows else BulkJobs(org)
        self.jobs = AsyncJobs(org)
        self.rest = RestApi(org, covered_lag_seconds=covered_lag_seconds, daily_calls=daily_calls)
        self._daily_calls = daily_calls
        self._calls = 0
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """API calls answered so far."""
        return self._calls

    def close(self) -> None:
        self.bulk.close()
        self.jobs.close()

    def answer(self, request: Request) -> Response:
        if self.org.clock.is_live:
            self.org.catch_up()
        if request.path.startswith("/sandbox"):
            return self._guarded(lambda: self._control(request))
        due = self.faults.due(request)
        if any(fault.kind == "expire_session" for fault in due):
            self.sessions.expire_all()
        response = response_instead(due) or self._guarded(lambda: self._dispatch(request, due))
        return spoil(response, due)

    def _guarded(self, work: Any) -> Response:
        try:
            return work()  # type: ignore[no-any-return]
        except OrgError as error:
            return error_response(error.code, error.message, error.status)
        except OAuthError as error:
            return json_response({"error": error.error, "error_description": error.description}, 400)
        except Exception as error:  # an answer, as the true service gives one
            log.exception("the sandbox org broke")
            return error_response("UNKNOWN_EXCEPTION", f"An unexpected error occurred: {error}", 500)

    def _dispatch(self, request: Request, due: list[Fault]) -> Response:
        path = request.path.rstrip("/")
        if path == "/services/oauth2/token":
            return json_response(grant_token(request, self.credentials, self.sessions, self.url))
        if match := re.fullmatch(r"/services/Soap/[uc]/(\d+\.\d)(?:/\w+)?", path):
            return soap_login(request, self.credentials, self.sessions, self.url, match[1])
        if path == "/services/data":
            return self.rest.versions()
        if match := _ASYNC.fullmatch(path):
            return self._async(request, match[1], match[2].split("/"), due)
        match = _DATA.fullmatch(path)
        if match is None or float(match[1]) not in VERSIONS:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        if not self.sessions.is_valid(request.bearer):
            raise OrgError("INVALID_SESSION_ID", "Session expired or invalid", 401)
        response = self._count_call() or self._guarded(
            lambda: self._data(request, match[1], (match[2] or "").strip("/").split("/"), due)
        )
        response.headers["Sforce-Limit-Info"] = f"api-usage={self._calls}/{self._daily_calls}"
        return response

    def _async(self, request: Request, version: str, parts: list[str], due: list[Fault]) -> Response:
        """Bulk API 1.0, whose session travels in a header of its own and whose errors have their own shape."""
        try:
            if not self.sessions.is_valid(request.headers.get("x-sfdc-session") or request.bearer):
                raise AsyncError("InvalidSessionId", "Invalid session id", 401)
            if self._count_call():
                raise AsyncError("ExceededQuota", "TotalRequests Limit exceeded.", 403)
            return self.jobs.answer(request, version, parts, failure=_job_failure(due))
        except AsyncError as error:
            return shown_error(error, request)

    def _count_call(self) -> Response | None:
        with self._lock:
            if self._calls >= self._daily_calls:
                return error_response("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
            self._calls += 1
        return None

    def _data(self, request: Request, version: str, parts: list[str], due: list[Fault]) -> Response:
        if parts[:2] == ["jobs", "query"]:
            return self._jobs(request, version, parts[2:], due)
        if request.method not in ("GET", "HEAD"):
            raise OrgError(
                "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed. Allowed are HEAD,GET", 405
            )
        match parts:
            case [""]:
                return self.rest.resources(version)
            case ["query" | "queryAll" as name]:
                return self.rest.query(request, version, is_all=name == "queryAll")
            case ["query" | "queryAll", locator]:
                return self.rest.query_more(locator, request, version)
            case ["limits"]:
                return self.rest.limits(self._calls)
            case ["limits", "recordCount"]:
                return self.rest.record_count(request)
            case ["sobjects", *rest]:
                return self._sobjects(request, version, rest)
        raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)

    def _sobjects(self, request: Request, version: str, parts: list[str]) -> Response:
        match parts:
            case []:
                return self.rest.sobjects(version)
            case [name]:
                return self.rest.basic(name, version)
            case [name, "describe"]:
                return self.rest.describe(name, version)
            case [name, "updated"]:
                return self.rest.updated(name, request)
            case [name, "deleted"]:
                return self.rest.deleted(name, request)
            case [name, record_id]:
                return self.rest.record(name, record_id, request, version)
        raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)

    def _jobs(self, request: Request, version: str, parts: list[str], due: list[Fault]) -> Response:
        match request.method, parts:
            case "POST", []:
                polls = next((int(f.options.get("polls", 1)) for f in due if f.kind == "job_slow"), 0)
                return self.bulk.create(request, version, failure=_job_failure(due), slow_polls=polls)
            case "GET", []:
                return self.bulk.list()
            case "GET", [job_id]:
                return self.bulk.info(job_id)
            case "PATCH", [job_id]:
                return self.bulk.abort(job_id, request)
            case "DELETE", [job_id]:
                return self.bulk.delete(job_id)
            case "GET", [job_id, "results"]:
                return self.bulk.results(job_id, request)
            case "GET", [job_id, "resultPages"]:
                return self.bulk.result_pages(job_id, request, version)
        raise OrgError("METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed.", 405)

    def _control(self, request: Request) -> Response:
        match request.method, request.path.rstrip("/"):
            case "GET", "/sandbox/status":
                return json_response(self.status())
            case "GET", "/sandbox/truth":
                return json_response({rule: sorted(ids) for rule, ids in self.org.truth.items()})
            case "POST", "/sandbox/advance":
                return self._advance(request.json_object)
            case "POST", "/sandbox/expire-sessions":
                self.sessions.expire_all()
                return Response(204)
            case "GET", "/sandbox/faults":
                return json_response(self.faults.shown())
            case "POST", "/sandbox/faults":
                return json_response(self.faults.add(request.json_object).shown(), 201)
            case "DELETE", "/sandbox/faults":
                self.faults.clear()
                return Response(204)
        raise OrgError("NOT_FOUND", "No such control; see /sandbox/status, advance, faults, truth", 404)

    def status(self) -> dict[str, Any]:
        return {
            "now": clock_text(self.org.clock.now),
            "is_live": self.org.clock.is_live,
            "ca_file": self.ca_file,
            "calls": self._calls,
            "counts": {name: self.org.count(name) for name in self.org.schema},
            "faults": self.faults.shown(),
        }

    def _advance(self, told: dict[str, Any]) -> Response:
        now = self.org.clock.now
        try:
            if "to" in told:
                target = datetime.fromisoformat(told["to"])
            else:
                step = {unit: float(told[unit]) for unit in ("days", "hours", "minutes", "seconds") if unit in told}
                if not step:
                    raise ValueError('say {"days": n}, {"hours": n} or {"to": "2026-01-31T00:00:00Z"}')
                target = now + timedelta(**step)
            moved = self.org.advance_to(target)
        except (ValueError, TypeError) as error:
            raise OrgError("INVALID_CLOCK", str(error)) from error
        log.info("clock moved from %s to %s", now.isoformat(), moved.isoformat())
        return json_response({"now": clock_text(moved)})


def _job_failure(due: list[Fault]) -> str | None:
    return next((fault.options.get("message", "Job failed") for fault in due if fault.kind == "job_failed"), None)
