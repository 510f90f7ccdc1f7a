"""What faults do to an answer: another one in its place, its rows, its header, the way it leaves.

Pages are told apart by what they hold: CSV from the Bulk API, JSON records from REST. Which faults are due
is `faults`.
"""

import json
import re
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.http.faults import Fault
from connectors.sandbox.http.message import Place, Request, Response, error_response

DEFAULT_CODES = {
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    429: ("REQUEST_LIMIT_EXCEEDED", "Too many requests"),
    503: ("SERVER_UNAVAILABLE", "The REST API is temporarily unavailable"),
}
_CELL = re.compile(rb'"(?:[^"]|"")*"')
_LOCATOR = re.compile(r"/(?:query|queryAll)/(\w+)-(\d+)")
_JOB = re.compile(r"/jobs/query/(\w+)/results")


def response_instead(due: list[Fault]) -> Response | None:
    """The answer that a fault gives in place of the org's."""
    for fault in due:
        if fault.kind == "delay":
            time.sleep(float(fault.options.get("seconds", 0.1)))
        if fault.kind == "status":
            return _status_response(fault.options)
    return None


def place_of(request: Request, response: Response) -> Place | None:
    """Which page of a result the answer is, None if it is no page."""
    if response.place is not None:
        return response.place
    page = _rest_page(response) if "/query" in request.path else None
    if page is None or (page["totalSize"] and not page["records"]):  # a COUNT() is no page
        return None
    match = _LOCATOR.search(request.path)
    start = int(match[2]) if match else 0
    told = re.search(r"batchSize=(\d+)", request.headers.get("sforce-query-options", ""))
    size = max(int(told[1]) if told else 2000, len(page["records"]), 1)
    return Place(start, start + len(page["records"]), int(page["totalSize"]), start // size + 1)


class Spoiler:
    """Spoils answers; remembers the pages before for the fault that repeats one. Thread-safe."""

    def __init__(self) -> None:
        self._seen: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def remember(self, request: Request, response: Response) -> None:
        """Keep the page, should a later one of the same result be replaced by it."""
        result = _result_of(request, response)
        if result is not None:
            with self._lock:
                self._seen.setdefault(result, response.body)

    def spoil(self, request: Request, response: Response, due: list[Fault]) -> Response:
        """The org's answer with what the faults do to it."""
        for fault in due:
            told = fault.options
            match fault.kind:
                case "short_page":
                    _shorten(response, int(told.get("rows", 1)), agrees=bool(told.get("agrees")))
                case "duplicate_page":
                    self._repeat(request, response, int(told.get("rows", 0)))
                case "early_end":
                    _end_early(response)
                case "reordered_header":
                    _swap_columns(response)
                case "wrong_content_type":
                    response.content_type = str(told.get("content_type", "text/html;charset=UTF-8"))
                case "clock_skew":
                    _skew(response, float(told.get("seconds", 600)))
                case _:
                    _harm_wire(response, fault.kind, told)
        return response

    def _repeat(self, request: Request, response: Response, count: int) -> None:
        with self._lock:
            other = self._seen.get(_result_of(request, response) or "")
        if _is_csv(response):
            head, *rows = _lines(response.body)
            rows = _repeated(rows, None if other is None else _lines(other)[1:], count)
            response.body = b"".join([head, *rows])
            response.headers["Sforce-NumberOfRecords"] = str(len(rows))
        elif (page := _rest_page(response)) is not None:
            page["records"] = _repeated(page["records"], None if other is None else json.loads(other)["records"], count)
            response.body = _json(page)


def _repeated(rows: list[Any], others: list[Any] | None, count: int) -> list[Any]:
    """The rows of another page in place of these, or of their last `count`."""
    if count:
        return [*rows[:-count], *(rows if others is None else others)[:count]]
    return rows * 2 if others is None else others


def _status_response(options: Mapping[str, Any]) -> Response:
    status = int(options.get("status", 503))
    code, message = DEFAULT_CODES.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred"))
    response = error_response(options.get("code", code), options.get("message", message), status)
    if "body" in options:
        response.body, response.content_type = str(options["body"]).encode(), "text/html;charset=UTF-8"
    if "retry_after" in options:
        response.headers["Retry-After"] = str(options["retry_after"])
    return response


def _harm_wire(response: Response, kind: str, told: Mapping[str, Any]) -> None:
    wire, share = response.wire, float(told.get("share", 0.5))
    match kind:
        case "drop":
            wire.is_dropped = True
        case "cut" if "position" in told:
            wire.keep_bytes = int(told["position"])
        case "cut" | "stall":
            wire.keep_share = share
            wire.stall_seconds = float(told.get("seconds", 30)) if kind == "stall" else 0.0
        case "truncated_gzip":
            wire.clean_share = share
        case "drip":
            wire.pieces = int(told.get("pieces", 20))
            wire.piece_seconds = float(told.get("seconds", 1)) / wire.pieces


def _result_of(request: Request, response: Response) -> str | None:
    """What all pages of one result have in common: the job's id or the query's locator."""
    match = _JOB.search(request.path) or _LOCATOR.search(request.path)
    if match is None and (page := _rest_page(response)) is not None:
        match = _LOCATOR.search(page.get("nextRecordsUrl") or "")
    return match[1] if match else None


def _shorten(response: Response, rows: int, *, agrees: bool) -> None:
    if _is_csv(response):
        head, *lines = _lines(response.body)
        left = lines[: max(len(lines) - rows, 0)]
        response.body = b"".join([head, *left])
        if agrees:
            response.headers["Sforce-NumberOfRecords"] = str(len(left))
    elif (page := _rest_page(response)) is not None:
        page["records"] = page["records"][: max(len(page["records"]) - rows, 0)]
        response.body = _json(page)


def _end_early(response: Response) -> None:
    if _is_csv(response):
        response.headers["Sforce-Locator"] = "null"
        return
    page = _document(response)
    if "resultPages" in page:
        response.body = _json({"resultPages": page["resultPages"][:-1], "nextRecordsUrl": None, "done": True})
    elif "records" in page:
        page.pop("nextRecordsUrl", None)
        response.body = _json({**page, "done": True})


def _swap_columns(response: Response) -> None:
    if _is_csv(response):
        response.body = b"".join(_swapped(line) for line in _lines(response.body))
    elif (page := _rest_page(response)) is not None:
        page["records"] = [dict(reversed(record.items())) for record in page["records"]]
        response.body = _json(page)


def _swapped(line: bytes) -> bytes:
    """The line with its first and last cell exchanged; what stands between cells stays where it is."""
    cells = list(_CELL.finditer(line))
    if len(cells) < 2:
        return line
    first, last = cells[0], cells[-1]
    return last[0] + line[first.end() : last.start()] + first[0] + line[last.end() :]


def _skew(response: Response, seconds: float) -> None:
    response.wire.date_shift = seconds
    document = _document(response)
    if "latestDateCovered" in document:
        covered = datetime.fromisoformat(document["latestDateCovered"]) + timedelta(seconds=seconds)
        document["latestDateCovered"] = covered.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        response.body = _json(document)


def _is_csv(response: Response) -> bool:
    return response.status == 200 and response.content_type.startswith("text/csv")


def _document(response: Response) -> dict[str, Any]:
    """The answer's JSON object, empty if it is none."""
    if response.status != 200 or "json" not in response.content_type:
        return {}
    told = json.loads(response.body)
    return told if isinstance(told, dict) else {}


def _rest_page(response: Response) -> dict[str, Any] | None:
    document = _document(response)
    return document if "records" in document and "totalSize" in document else None


def _lines(body: bytes) -> list[bytes]:
    """The records of a CSV page with their line ends; a line feed inside a value ends none."""
    lines, pending = [], b""
    for piece in body.split(b"\n"):
        pending += piece + b"\n"
        if pending.count(b'"') % 2 == 0:
            lines.append(pending)
            pending = b""
    return lines[:-1] if lines and lines[-1] == b"\n" else lines


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
