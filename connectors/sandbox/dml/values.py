"""JSON values of a record → what the org keeps, or a refusal in Salesforce's words."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.ids import SHORT_LENGTH, to_long_id
from connectors.sandbox.metadata.permissions import Permissions
from connectors.sandbox.metadata.schema import Field, Schema, SObject
from connectors.sandbox.metadata.writable import is_required, may_be_set

SHOWN_CHARACTERS = 40
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_fields(
    schema: Schema, permissions: Permissions, sobject: SObject, told: Mapping[str, Any], *, is_new: bool
) -> dict[str, Any]:
    """The values by canonical field name. Raises OrgError for the first field that cannot be set so."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if name.lower() == "attributes":
            continue
        field = sobject.find(name)
        if field is None:
            raise OrgError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        if not may_be_set(sobject, field) or not permissions.may_set(sobject, field):
            message = (
                f"Unable to create/update fields: {field.name}. Please check the security settings of this field "
                "and verify that it is read/write for your profile or permission set."
            )
            raise OrgError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=(field.name,))
        found[field.name] = read_value(schema, field, value)
    missing = [
        field.name
        for field in sobject.fields
        if is_required(sobject, field)
        and found.get(field.name) is None
        and (is_new or (field.name in found and found[field.name] is None))
    ]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise OrgError("REQUIRED_FIELD_MISSING", message, fields=tuple(missing))
    return found


def read_value(schema: Schema, field: Field, value: Any) -> Any:
    """One value. An empty text is none, as everywhere in Salesforce."""
    if value is None or value == "":
        return False if field.type == "boolean" else None
    match field.duckdb_type:
        case "BOOLEAN":
            return _boolean(field, value)
        case "BIGINT" | "DOUBLE":
            return _number(field, value)
        case "DATE" | "TIMESTAMP" | "TIME":
            return _moment(field, value)
    if not isinstance(value, str | int | float):
        raise _wrong_type(field, value)
    return _text(schema, field, str(value))


def read_id(sobject: SObject, record_id: str) -> str:
    """The 18-character id. Raises OrgError MALFORMED_ID."""
    long = to_long_id(record_id)
    if not _is_id(long) or long[:3] != sobject.key_prefix:
        message = f"{sobject.label} ID: id value of incorrect type: {record_id}"
        raise OrgError("MALFORMED_ID", message, fields=("Id",))
    return long


def _text(schema: Schema, field: Field, text: str) -> str:
    if field.type == "reference":
        return _reference(schema, field, text)
    if field.length and len(text) > field.length:
        shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
        message = f"{field.name}: data value too large: {shown} (max length={field.length})"
        raise OrgError("STRING_TOO_LONG", message, fields=(field.name,))
    if field.type == "email" and not _EMAIL.fullmatch(text):
        message = f"{field.name}: invalid email address: {text}"
        raise OrgError("INVALID_EMAIL_ADDRESS", message, fields=(field.name,))
    if field.is_restricted and field.picklist and text not in field.picklist:
        message = f"{field.name}: bad value for restricted picklist field: {text}"
        raise OrgError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=(field.name,))
    return text


def _reference(schema: Schema, field: Field, text: str) -> str:
    long = to_long_id(text)
    prefixes = {schema[name].key_prefix for name in field.reference_to if name in schema}
    if not _is_id(long):
        raise OrgError("MALFORMED_ID", f"{field.name}: id value of incorrect type: {text}", fields=(field.name,))
    if prefixes and long[:3] not in prefixes:
        message = f"{field.name}: id value of incorrect type: {text}"
        raise OrgError("FIELD_INTEGRITY_EXCEPTION", message, fields=(field.name,))
    return long


def _is_id(text: str) -> bool:
    return len(text) == SHORT_LENGTH + 3 and text.isalnum() and to_long_id(text[:SHORT_LENGTH]) == text


def _boolean(field: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise _wrong_type(field, value)


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong_type(field, value)
    try:
        number = float(value)
        whole = int(number) if field.duckdb_type == "BIGINT" else 0
    except (ValueError, OverflowError) as error:
        raise _wrong_type(field, value) from error
    most = 10 ** (field.precision - field.scale) if field.precision else float("inf")
    if abs(number) >= most:
        message = f"{field.name}: value outside of valid range on numeric field: {value}"
        raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message, fields=(field.name,))
    if field.duckdb_type == "BIGINT":
        if whole != number:
            raise _wrong_type(field, value)
        return whole
    return round(number, field.scale) if field.precision else number


def _moment(field: Field, value: Any) -> date | time | datetime:
    if not isinstance(value, str):
        raise _wrong_type(field, value)
    try:
        if field.duckdb_type == "TIME":
            return time.fromisoformat(value).replace(tzinfo=None)
        told = datetime.fromisoformat(value)
    except ValueError as error:
        raise _wrong_type(field, value) from error
    if field.duckdb_type == "DATE":
        return told.date()
    return (told.astimezone(UTC) if told.tzinfo else told).replace(tzinfo=None, microsecond=0)


def _wrong_type(field: Field, value: Any) -> OrgError:
    kind = {bool: "VALUE_TRUE", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", str: "VALUE_STRING"}
    shown = f"{kind.get(type(value), 'START_OBJECT')} value {value}"
    message = f"Cannot deserialize instance of {field.type} from {shown} or request may be missing a required field"
    return OrgError("JSON_PARSER_ERROR", f"{message} (field {field.name})", fields=(field.name,))
