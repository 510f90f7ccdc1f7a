"""The REST API's writing resources: one record by id or external id, and collections of up to 200."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Request, Response, json_response
from connectors.sandbox.store.org import Org

COLLECTION_SIZE = 200
UPSERT_TELLS_FROM = 46.0  # from this version on an update by external id is answered with a body


class RolledBackError(Exception):
    """Undoes the transaction that it leaves; the answer is given all the same."""


class Records:
    """Writes through one `Writer`."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._writer = Writer(org)

    def create(self, name: str, request: Request, version: str) -> Response:
        record_id = self._writer.create(name, request.json_object)
        response = json_response({"id": record_id, "success": True, "errors": []}, 201)
        response.headers["Location"] = f"/services/data/v{version}/sobjects/{name}/{record_id}"
        return response

    def update(self, name: str, record_id: str, request: Request) -> Response:
        self._writer.update(name, record_id, request.json_object)
        return Response(204)

    def delete(self, name: str, record_id: str) -> Response:
        self._writer.delete(name, record_id)
        return Response(204)

    def upsert(self, name: str, field: str, value: str, request: Request, version: str) -> Response:
        record_id, is_new = self._writer.upsert(name, field, value, request.json_object)
        if not is_new and float(version) < UPSERT_TELLS_FROM:
            return Response(204)
        told = {"id": record_id, "success": True, "errors": [], "created": is_new}
        return json_response(told, 201 if is_new else 200)

    def find(self, name: str, field: str, value: str) -> str:
        """The id behind an external id. Raises OrgError NOT_FOUND."""
        sobject = self._writer.lookups.sobject(name)
        described = sobject.find(field)
        found = self._writer.lookups.find_by(sobject, described, value) if described else None
        if found is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        return found

    def delete_by(self, name: str, field: str, value: str) -> Response:
        return self.delete(name, self.find(name, field, value))

    def collection(self, request: Request, parts: list[str]) -> Response:
        """POST, PATCH and DELETE of …/composite/sobjects: a result for each record, in order."""
        match request.method, parts:
            case "POST", []:
                told, is_whole = _records_of(request)
                return self._each(told, self._create_one, is_whole)
            case "PATCH", []:
                told, is_whole = _records_of(request)
                return self._each(told, self._update_one, is_whole)
            case "PATCH", [name, field]:
                told, is_whole = _records_of(request)
                return self._each(told, lambda each: self._upsert_one(name, field, each), is_whole)
            case "DELETE", []:
                ids = [each for each in request.parameters.get("ids", "").split(",") if each]
                is_whole = request.parameters.get("allOrNone", "false").lower() == "true"
                return self._each(ids, self._delete_one, is_whole)
        raise OrgError("METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed.", 405)

    def _each(self, told: list[Any], work: Callable[[Any], dict[str, Any]], is_whole: bool) -> Response:
        if not 0 < len(told) <= COLLECTION_SIZE:
            message = f"The number of records must lie between 1 and {COLLECTION_SIZE}, it is {len(told)}"
            raise OrgError("LIMIT_EXCEEDED", message)
        results: list[dict[str, Any]] = []
        try:
            with self._org.transaction():
                for each in told:
                    results.append(_result(work, each))
                if is_whole and not all(result["success"] for result in results):
                    raise RolledBackError
        except RolledBackError:
            results = [result if not result["success"] else _ROLLED_BACK for result in results]
        return json_response(results)

    def _create_one(self, told: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": self._writer.create(_type_of(told), told)}

    def _update_one(self, told: Mapping[str, Any]) -> dict[str, Any]:
        record_id = told.get("id") or told.get("Id")
        if not isinstance(record_id, str):
            raise OrgError("MISSING_ARGUMENT", "Id not specified in an update call", fields=("Id",))
        fields = {name: value for name, value in told.items() if name.lower() != "id"}
        self._writer.update(_type_of(told), record_id, fields)
        return {"id": record_id}

    def _upsert_one(self, name: str, field: str, told: Mapping[str, Any]) -> dict[str, Any]:
        value = next((told[key] for key in told if key.lower() == field.lower()), None)
        if value is None:
            raise OrgError("MISSING_ARGUMENT", f"{field} not specified", fields=(field,))
        fields = {key: each for key, each in told.items() if key.lower() != field.lower()}
        record_id, is_new = self._writer.upsert(name, field, str(value), fields)
        return {"id": record_id, "created": is_new}

    def _delete_one(self, record_id: str) -> dict[str, Any]:
        owner = next((each for each in self._org.schema.values() if each.key_prefix == record_id[:3]), None)
        if owner is None:
            raise OrgError("MALFORMED_ID", f"malformed id {record_id}", fields=())
        self._writer.delete(owner.name, record_id)
        return {"id": record_id}


_ROLLED_BACK = {
    "success": False,
    "errors": [
        {
            "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "message": "Record rolled back because not all records were valid and the request was using "
            "AllOrNone header",
            "fields": [],
        }
    ],
}


def _result(work: Callable[[Any], dict[str, Any]], told: Any) -> dict[str, Any]:
    try:
        return {**work(told), "success": True, "errors": []}
    except OrgError as error:
        problem = {"statusCode": error.code, "message": error.message, "fields": list(error.fields or ())}
        return {"success": False, "errors": [problem]}


def _records_of(request: Request) -> tuple[list[Any], bool]:
    told = request.json_object
    records = told.get("records")
    if not isinstance(records, list) or not all(isinstance(each, Mapping) for each in records):
        raise OrgError("JSON_PARSER_ERROR", "records must be a list of objects")
    return records, bool(told.get("allOrNone", False))


def _type_of(told: Mapping[str, Any]) -> str:
    attributes = told.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, Mapping) else None
    if not isinstance(kind, str):
        raise OrgError("INVALID_TYPE", "attributes.type must name the sObject of each record")
    return kind
