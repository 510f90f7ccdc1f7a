"""An HTTP request and response as values, so that everything behind the socket is plain functions."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.wire import Wire


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` have lower-case names; `target` is the request line's, with its query string."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def parameters(self) -> dict[str, str]:
        """The last value of each query parameter."""
        query = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in query.items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object, an empty body as an empty one. Raises OrgError JSON_PARSER_ERROR."""
        try:
            told = json.loads(self.body or b"{}")
        except ValueError as error:
            raise OrgError("JSON_PARSER_ERROR", f"The request body is no JSON: {error}") from error
        if not isinstance(told, dict):
            raise OrgError("JSON_PARSER_ERROR", "The request body must be a JSON object")
        return told

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() in ("bearer", "oauth") and token else None


@dataclass(frozen=True, slots=True)
class Place:
    """Which rows of a result a page holds: `start` ≤ row < `end` of `total`; `number` counts pages from 1."""

    start: int
    end: int
    total: int
    number: int


@dataclass(slots=True)
class Response:
    """An answer. `place` tells which page of a result it is, `wire` what becomes of it on its way."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    place: Place | None = None
    wire: Wire = field(default_factory=Wire)


def json_response(value: Any, status: int = 200) -> Response:
    return Response(status, json.dumps(value, separators=(",", ":")).encode())


def error_response(code: str, message: str, status: int, fields: tuple[str, ...] | None = None) -> Response:
    told: dict[str, Any] = {"message": message, "errorCode": code}
    return json_response([told if fields is None else {**told, "fields": list(fields)}], status)
