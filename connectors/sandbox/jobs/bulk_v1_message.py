"""How Bulk API 1.0 spells its requests and answers: XML, or JSON where the client speaks it."""

import json
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connectors.sandbox.http.message import Request, Response, json_response

NAMESPACE = "http://www.force.com/2009/06/asyncapi/dataload"


class AsyncError(Exception):
    """A refusal of the Bulk API 1.0: `code` is its exceptionCode."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def read_body(request: Request, name: str) -> dict[str, Any]:
    """The members of a JSON object, or of the XML element `name`. Raises AsyncError InvalidJob."""
    text = request.body.decode()
    try:
        if _is_json(request):
            told = json.loads(text)
            return told if isinstance(told, dict) else {}
        root = ElementTree.fromstring(text)
    except (ValueError, ElementTree.ParseError) as error:
        raise AsyncError("InvalidJob", f"Unable to parse {name}: {error}") from error
    return {each.tag.rpartition("}")[2]: each.text for each in root}


def shown(
    told: dict[str, Any], request: Request, status: int = 200, *, kind: str | None = None, name: str = "jobInfo"
) -> Response:
    """A job as the request is spelled, a batch as its job (`kind`) is: JSON jobs in JSON, CSV jobs in XML."""
    if kind == "JSON" or (kind is None and _is_json(request)):
        return json_response(told, status)
    return _xml(f'<{name} xmlns="{NAMESPACE}">{_members(told)}</{name}>', status)


def shown_list(told: list[dict[str, Any]], kind: str) -> Response:
    if kind == "JSON":
        return json_response({"batchInfo": told})
    inner = "".join(f"<batchInfo>{_members(each)}</batchInfo>" for each in told)
    return _xml(f'<batchInfoList xmlns="{NAMESPACE}">{inner}</batchInfoList>')


def shown_results(ids: list[str], kind: str) -> Response:
    if kind == "JSON":
        return json_response(ids)
    inner = "".join(f"<result>{each}</result>" for each in ids)
    return _xml(f'<result-list xmlns="{NAMESPACE}">{inner}</result-list>')


def shown_error(error: AsyncError, request: Request) -> Response:
    told = {"exceptionCode": error.code, "exceptionMessage": error.message}
    if _is_json(request):
        response = json_response(told, error.status)
        response.content_type = "application/json"  # without a charset, as clients compare it
        return response
    return _xml(f'<error xmlns="{NAMESPACE}">{_members(told)}</error>', error.status)


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


def _members(told: dict[str, Any]) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())


def _xml(text: str, status: int = 200) -> Response:
    return Response(status, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode(), "application/xml")
