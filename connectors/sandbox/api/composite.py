"""Several requests in one: composite with references between them, batch, and trees of new records."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.api.crud import RolledBackError
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Request, Response, json_response
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.store.org import Org

MOST_PARTS = 25
MOST_TREE_RECORDS = 200
_REFERENCE = re.compile(r"@\{([^}]+)\}")
Answer = Callable[[Request], Response]


class Composite:
    """`answer` serves one inner request and never raises."""

    def __init__(self, org: Org, answer: Answer) -> None:
        self._org = org
        self._answer = answer

    def composite(self, request: Request) -> Response:
        """POST …/composite: in order, each may use what came of the ones before."""
        told = request.json_object
        parts = _parts(told, "compositeRequest")
        results: list[dict[str, Any]] = []
        if not told.get("allOrNone", False):
            self._run(parts, request, results)
            return json_response({"compositeResponse": results})
        try:
            with self._org.transaction():
                self._run(parts, request, results)
                if any(each["httpStatusCode"] >= 400 for each in results):
                    raise RolledBackError
        except RolledBackError:
            results = [_halted(each) if each["httpStatusCode"] < 400 else each for each in results]
        return json_response({"compositeResponse": results})

    def batch(self, request: Request) -> Response:
        """POST …/composite/batch: each for itself; with haltOnError none after the first that fails."""
        told = request.json_object
        results: list[dict[str, Any]] = []
        for part in _parts(told, "batchRequests"):
            if told.get("haltOnError") and any(each["statusCode"] >= 400 for each in results):
                results.append({"statusCode": 412, "result": [_error("BATCH_PROCESSING_HALTED", "Batch halted")]})
                continue
            url = "/services/data/" + str(part.get("url", "")).removeprefix("/services/data/").lstrip("/")
            response = self._answer(_inner(request, str(part.get("method", "GET")), url, part.get("richInput")))
            results.append({"statusCode": response.status, "result": _body(response)})
        return json_response({"hasErrors": any(each["statusCode"] >= 400 for each in results), "results": results})

    def tree(self, name: str, request: Request) -> Response:
        """POST …/composite/tree/X: new records with their children, all or none."""
        records = request.json_object.get("records")
        if not isinstance(records, list):
            raise OrgError("JSON_PARSER_ERROR", "records must be a list of objects")
        writer, made = Writer(self._org), list[dict[str, Any]]()
        try:
            with self._org.transaction():
                for each in records:
                    self._grow(writer, name, each, None, made)
        except TreeError as failed:
            problem = {"statusCode": failed.error.code, "message": failed.error.message, "fields": failed.fields}
            told = {"hasErrors": True, "results": [{"referenceId": failed.reference_id, "errors": [problem]}]}
            return json_response(told, 400)
        return json_response({"hasErrors": False, "results": made}, 201)

    def _run(self, parts: list[Mapping[str, Any]], request: Request, results: list[dict[str, Any]]) -> None:
        known: dict[str, Any] = {}
        failed: set[str] = set()
        for part in parts:
            reference_id = str(part.get("referenceId", ""))
            try:
                url = str(_filled(str(part.get("url", "")), known, failed))
                body = _filled(part.get("body"), known, failed)
            except OrgError as error:
                response = json_response([_error(error.code, error.message)], 400)
            else:
                response = self._answer(_inner(request, str(part.get("method", "GET")), url, body))
            told = _body(response)
            known[reference_id] = told
            if response.status >= 400:
                failed.add(reference_id)
            headers = {name: value for name, value in response.headers.items() if name == "Location"}
            results.append(
                {"body": told, "httpHeaders": headers, "httpStatusCode": response.status, "referenceId": reference_id}
            )

    def _grow(
        self, writer: Writer, name: str, told: Any, parent: tuple[str, str] | None, made: list[dict[str, Any]]
    ) -> None:
        attributes = told.get("attributes", {}) if isinstance(told, Mapping) else {}
        reference_id = str(attributes.get("referenceId", ""))
        nested = {key: value for key, value in told.items() if isinstance(value, Mapping) and "records" in value}
        fields = {key: value for key, value in told.items() if key not in nested}
        try:
            if len(made) >= MOST_TREE_RECORDS:
                raise OrgError("LIMIT_EXCEEDED", f"a tree has at most {MOST_TREE_RECORDS} records")
            sobject = writer.lookups.sobject(name)
            if parent is not None:
                fields[_reference_to(sobject, parent[0])] = parent[1]
            record_id = writer.create(sobject.name, fields)
        except OrgError as error:
            raise TreeError(reference_id, error) from error
        made.append({"referenceId": reference_id, "id": record_id})
        for value in nested.values():
            for child in value["records"]:
                kind = child.get("attributes", {}).get("type", "")
                self._grow(writer, kind, child, (sobject.name, record_id), made)


class TreeError(Exception):
    """A record of a tree that cannot be made; the tree is undone."""

    def __init__(self, reference_id: str, error: OrgError) -> None:
        super().__init__(f"{reference_id}: {error}")
        self.reference_id = reference_id
        self.error = error
        self.fields = list(error.fields or ())


def _reference_to(sobject: SObject, parent: str) -> str:
    field = next((each for each in sobject.fields if parent in each.reference_to), None)
    if field is None:
        raise OrgError("INVALID_FIELD", f"{sobject.name} is no child of {parent}")
    return field.name


def _parts(told: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    parts = told.get(key)
    if not isinstance(parts, list) or not all(isinstance(each, Mapping) for each in parts):
        raise OrgError("JSON_PARSER_ERROR", f"{key} must be a list of requests")
    if len(parts) > MOST_PARTS:
        raise OrgError("LIMIT_EXCEEDED", f"{key} has {len(parts)} requests, at most {MOST_PARTS} are allowed")
    return parts


def _inner(outer: Request, method: str, url: str, body: Any) -> Request:
    headers = {name: value for name, value in outer.headers.items() if name not in ("content-encoding",)}
    return Request(method, url, headers, b"" if body is None else json.dumps(body).encode())


def _body(response: Response) -> Any:
    return json.loads(response.body) if response.body else None


def _filled(value: Any, known: Mapping[str, Any], failed: set[str]) -> Any:
    """`@{reference.path}` replaced by what an earlier part answered, in texts at any depth."""
    if isinstance(value, Mapping):
        return {key: _filled(each, known, failed) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known, failed) for each in value]
    if not isinstance(value, str):
        return value
    if whole := _REFERENCE.fullmatch(value):
        return _looked_up(whole[1], known, failed)
    return _REFERENCE.sub(lambda match: str(_looked_up(match[1], known, failed)), value)


def _looked_up(path: str, known: Mapping[str, Any], failed: set[str]) -> Any:
    name, *rest = re.findall(r"[^.\[\]]+", path)
    if name in failed or name not in known:
        raise OrgError("PROCESSING_HALTED", f"Invalid reference specified. No value for {path} found.")
    found = known[name]
    try:
        for step in rest:
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        message = f"Invalid reference specified. No value for {path} found in {name}"
        raise OrgError("PROCESSING_HALTED", message) from error
    return found


def _halted(result: dict[str, Any]) -> dict[str, Any]:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return {**result, "body": [_error("PROCESSING_HALTED", message)], "httpHeaders": {}, "httpStatusCode": 400}


def _error(code: str, message: str) -> dict[str, str]:
    return {"errorCode": code, "message": message}
