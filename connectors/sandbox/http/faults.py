"""Which faults are switched on, and whose turn it is. What a fault does to an answer is `spoiling`.

A fault is JSON: `kind` and
- `route`: a regular expression searched in "METHOD /path?query" (default: every request);
- `object`: only requests about this sObject, also those that name a job of it and not the object;
- `page`: only this page of a result: "first", "middle", "last" or its number (from 1);
- `after`: how many matching answers leave unharmed first; `count`: how many are spoiled then (default 1).

and per kind (seconds may be fractions, `share` is a part of the bytes as sent, 0 to 1):
- status: `status`, `code`, `message`, `retry_after` (seconds or a date), `body` in place of the org's answer
- expire_session: all sessions end before the request is looked at
- delay: `seconds` before the answer
- drop: the request is carried out, and the connection closed without a byte
- cut: the connection is closed after `position` bytes or `share` of the body (default half)
- truncated_gzip: the compressed body ends after `share` of it, and the answer ends clean
- drip: the body comes in `pieces` (default 20) over `seconds`
- stall: after `share` of the body nothing more comes for `seconds`, then the connection closes
- short_page: `rows` are missing at the page's end (default 1); with `agrees` its header counts what is left
- duplicate_page: rows of another page of the result in place of this one's; the rows twice if there is none yet;
  with `rows` only so many at the page's end, with rows of its own beginning if there is no other page yet
- early_end: the page says that it is the last one
- reordered_header: first and last column change places
- wrong_content_type: `content_type` (default text/html) on the right body
- clock_skew: Date header and latestDateCovered are off by `seconds` (either sign)
- job_failed, job_aborted, job_gone (deleted by somebody): what becomes of the query job that the request is
  about, with `message`; job_slow: it stays InProgress for that many `polls`
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Place, Request

_SELECTORS = frozenset({"kind", "route", "object", "page", "after", "count"})
# What each kind may be told beside the selectors.
KINDS: Mapping[str, frozenset[str]] = {
    "status": frozenset({"status", "code", "message", "retry_after", "body"}),
    "expire_session": frozenset(),
    "delay": frozenset({"seconds"}),
    "drop": frozenset(),
    "cut": frozenset({"position", "share"}),
    "truncated_gzip": frozenset({"share"}),
    "drip": frozenset({"pieces", "seconds"}),
    "stall": frozenset({"share", "seconds"}),
    "short_page": frozenset({"rows", "agrees"}),
    "duplicate_page": frozenset({"rows"}),
    "early_end": frozenset(),
    "reordered_header": frozenset(),
    "wrong_content_type": frozenset({"content_type"}),
    "clock_skew": frozenset({"seconds"}),
    "job_failed": frozenset({"message"}),
    "job_aborted": frozenset(),
    "job_gone": frozenset(),
    "job_slow": frozenset({"polls"}),
}
JOB_KINDS = frozenset(kind for kind in KINDS if kind.startswith("job_"))
PAGES = ("first", "middle", "last")

ObjectOf = Callable[[Request], str | None]


@dataclass(slots=True)
class Fault:
    """One switched-on fault with what is left of it."""

    route: re.Pattern[str]
    kind: str
    object: str | None
    page: str | int | None
    remaining: int
    passing: int
    options: Mapping[str, Any] = field(default_factory=dict)
    fired: int = 0

    def shown(self) -> dict[str, Any]:
        """What /sandbox/faults tells of it."""
        return {
            "route": self.route.pattern,
            "kind": self.kind,
            "remaining": self.remaining,
            "fired": self.fired,
        }

    def is_at(self, place: Place | None) -> bool:
        """Whether this page of a result is meant."""
        if self.page is None or place is None:
            return self.page is None
        match self.page:
            case "first":
                return place.start == 0
            case "middle":
                return place.start <= max(place.total - 1, 0) // 2 < max(place.end, 1)
            case "last":
                return place.end >= place.total
        return place.number == self.page


class Faults:
    """The faults that are switched on. Thread-safe. `object_of` tells which sObject a request is about."""

    def __init__(self, object_of: ObjectOf) -> None:
        self._faults: list[Fault] = []
        self._object_of = object_of
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._faults)

    def add(self, told: Mapping[str, Any]) -> Fault:
        """Switch a fault on. Raises OrgError for an unknown kind or option, or a wrong pattern."""
        made = _read_fault(told)
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
        """The faults of whole requests, known before the org answers; each is used up by one.

        A status fault answers alone: the ones after it wait for the next request.
        """
        return self._take(request, None, lambda fault: fault.page is None and fault.kind not in JOB_KINDS)

    def due_at(self, request: Request, place: Place | None) -> list[Fault]:
        """The faults of a page, known once the org has answered."""
        if place is None:
            return []
        return self._take(request, place, lambda fault: fault.page is not None and fault.kind not in JOB_KINDS)

    def due_for_job(self, request: Request, place: Place | None = None) -> list[Fault]:
        """The faults of the query job that the request is about: asked for once the job is at hand."""
        return self._take(request, place, lambda fault: fault.kind in JOB_KINDS)

    def _take(self, request: Request, place: Place | None, is_meant: Callable[[Fault], bool]) -> list[Fault]:
        if not self._faults:
            return []
        line, about = f"{request.method} {request.target}", (self._object_of(request) or "").lower()
        found: list[Fault] = []
        with self._lock:
            for fault in self._faults:
                if not is_meant(fault) or (fault.object and fault.object.lower() != about):
                    continue
                if fault.is_at(place) and _use(fault, line):
                    found.append(fault)
                    if fault.kind == "status":
                        break
        return found


def object_named(request: Request) -> str | None:
    """The sObject that the request itself names: in its path, in its query or in the job that it asks for."""
    if match := re.search(r"/sobjects/(\w+)", request.path):
        return match[1]
    text = request.parameters.get("q")
    if text is None and request.method == "POST" and b'"query"' in request.body:
        text = str(request.json_object.get("query"))
    while text and "(" in text:
        text, found = re.subn(r"\([^()]*\)", "", text)
        if not found:
            break
    match = re.search(r"\bfrom\s+(\w+)", text or "", re.IGNORECASE)
    return match[1] if match else None


def _read_fault(told: Mapping[str, Any]) -> Fault:
    kind = str(told.get("kind"))
    if kind not in KINDS:
        raise OrgError("INVALID_FAULT", f"kind is {kind!r}; choose one of {', '.join(KINDS)}")
    unknown = sorted(set(told) - _SELECTORS - KINDS[kind])
    if unknown:
        allowed = ", ".join(sorted(_SELECTORS | KINDS[kind]))
        raise OrgError("INVALID_FAULT", f"{kind} does not know {', '.join(unknown)}; it knows {allowed}")
    page = told.get("page")
    if not (page is None or page in PAGES or (isinstance(page, int) and page > 0)):
        raise OrgError("INVALID_FAULT", f"page is {page!r}; say first, middle, last or a number from 1")
    try:
        route = re.compile(str(told.get("route", "")))
        count, after = int(told.get("count", 1)), int(told.get("after", 0))
    except re.error as error:
        raise OrgError("INVALID_FAULT", f"route is not a regular expression: {error}") from error
    except (TypeError, ValueError) as error:
        raise OrgError("INVALID_FAULT", f"count and after must be whole numbers: {error}") from error
    return Fault(route, kind, told.get("object"), page, count, after, dict(told))


def _use(fault: Fault, line: str) -> bool:
    if not fault.remaining or not fault.route.search(line):
        return False
    if fault.passing:
        fault.passing -= 1
        return False
    fault.remaining -= 1
    fault.fired += 1
    return True
