"""Things that go wrong on purpose: rules that spoil the answers of matching requests.

A fault is JSON: `route` (a regular expression searched in "METHOD /path?query"), `kind`, `count` (how many
answers it spoils, default 1), `after` (how many matching requests pass unharmed first), and per kind:
- status: `status`, `code`, `message`, `retry_after` (seconds), `body`
- cut: `position` (bytes of the body that still leave, default half)
- short_page: `rows` (how many rows are missing, default 1); the page ends clean
- reordered_header: first and last column change places in a CSV page
- job_failed: `message`; the query job of the request ends Failed
- job_slow: `polls`; the query job of the request stays InProgress for that many polls
- delay: `seconds` before the answer
- expire_session: all sessions end before the request is looked at
"""

import csv
import io
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.message import Request, Response, error_response

KINDS = (
    "status",
    "cut",
    "short_page",
    "reordered_header",
    "job_failed",
    "job_slow",
    "expire_session",
    "delay",
)
DEFAULT_CODES = {
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    429: ("REQUEST_LIMIT_EXCEEDED", "Too many requests"),
    503: ("SERVER_UNAVAILABLE", "The REST API is temporarily unavailable"),
}


@dataclass(slots=True)
class Fault:
    """One switched-on fault with what is left of it."""

    route: re.Pattern[str]
    kind: str
    remaining: int
    passing: int
    options: Mapping[str, Any] = field(default_factory=dict)
    fired: int = 0

    def shown(self) -> dict[str, Any]:
        return {
            "route": self.route.pattern,
            "kind": self.kind,
            "remaining": self.remaining,
            "fired": self.fired,
        }


class Faults:
    """The faults that are switched on. Thread-safe."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, told: Mapping[str, Any]) -> Fault:
        """Switch a fault on. Raises OrgError for an unknown kind or a wrong pattern."""
        kind = told.get("kind")
        if kind not in KINDS:
            raise OrgError("INVALID_FAULT", f"kind is {kind!r}; choose one of {', '.join(KINDS)}")
        try:
            route = re.compile(str(told.get("route", "")))
        except re.error as error:
            raise OrgError("INVALID_FAULT", f"route is not a regular expression: {error}") from error
        made = Fault(route, kind, int(told.get("count", 1)), int(told.get("after", 0)), dict(told))
        with self._lock:
            self._faults.append(made)
        return made

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.shown() for fault in self._faults]

    def due(self, request: Request) -> list[Fault]:
        """The faults that spoil this request; each is used up by one.

        A status fault answers alone: the ones after it wait for the next request.
        """
        line = f"{request.method} {request.target}"
        found: list[Fault] = []
        with self._lock:
            for fault in self._faults:
                if _use(fault, line):
                    found.append(fault)
                    if fault.kind == "status":
                        break
        return found


def response_instead(due: list[Fault]) -> Response | None:
    """The answer that a fault gives in place of the org's."""
    for fault in due:
        if fault.kind == "delay":
            time.sleep(float(fault.options.get("seconds", 0.1)))
        if fault.kind == "status":
            return _status_response(fault.options)
    return None


def spoil(response: Response, due: list[Fault]) -> Response:
    """The org's answer with what the faults do to it."""
    for fault in due:
        match fault.kind:
            case "cut":
                half = len(response.body) // 2
                response.keep_bytes = int(fault.options.get("position", half))
            case "short_page" if response.content_type.startswith("text/csv"):
                _drop_rows(response, int(fault.options.get("rows", 1)))
            case "reordered_header" if response.content_type.startswith("text/csv"):
                _swap_columns(response)
    return response


def _use(fault: Fault, line: str) -> bool:
    if not fault.remaining or not fault.route.search(line):
        return False
    if fault.passing:
        fault.passing -= 1
        return False
    fault.remaining -= 1
    fault.fired += 1
    return True


def _status_response(options: Mapping[str, Any]) -> Response:
    status = int(options.get("status", 503))
    code, message = DEFAULT_CODES.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred"))
    response = error_response(options.get("code", code), options.get("message", message), status)
    if "body" in options:
        response.body, response.content_type = str(options["body"]).encode(), "text/html;charset=UTF-8"
    if "retry_after" in options:
        response.headers["Retry-After"] = str(options["retry_after"])
    return response


def _drop_rows(response: Response, count: int) -> None:
    rows = list(csv.reader(io.StringIO(response.body.decode(), newline="")))
    response.body = _write_csv([rows[0], *rows[1 : max(len(rows) - count, 1)]])


def _swap_columns(response: Response) -> None:
    rows = list(csv.reader(io.StringIO(response.body.decode(), newline="")))
    response.body = _write_csv([[row[-1], *row[1:-1], row[0]] if len(row) > 1 else row for row in rows])


def _write_csv(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()
