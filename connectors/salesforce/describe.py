"""What an sObject looks like: its fields, their warehouse columns, the field its window is cut on.

Reads describe, nothing else. Types that lie are the loader's business (`ops.rejects`).
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.landed import Column
from connectors.salesforce.client import Client
from connectors.salesforce.errors import RequestError, ResponseError, UnknownObjectError
from connectors.salesforce.naming import column_names
from connectors.salesforce.objects import OBJECTS

log = logging.getLogger("salespulse.salesforce")

CURSOR_FIELDS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
# Compound fields and blobs: the Bulk API refuses them, and their parts are fields of their own.
UNREADABLE_TYPES = frozenset({"address", "location", "base64", "complexvalue"})
DUCKDB_TYPES = {
    "boolean": "BOOLEAN",
    "int": "BIGINT",
    "integer": "BIGINT",
    "long": "BIGINT",
    "double": "DOUBLE",
    "percent": "DOUBLE",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field as describe gives it; `scale` is the number of digits after the point."""

    name: str
    type: str
    scale: int
    is_filterable: bool
    is_calculated: bool


@dataclass(frozen=True, slots=True)
class ObjectDescription:
    """An sObject with the fields that can be read in one query, in describe's order.

    `cursor_field` is the field that tells what changed, None if only the whole can be read.
    `is_replicateable` says whether getUpdated works for it. `masked` fields land as a hash only.
    """

    name: str
    fields: tuple[Field, ...]
    cursor_field: str | None
    is_replicateable: bool
    masked: frozenset[str] = frozenset()

    @property
    def is_stamped_by_deletion(self) -> bool:
        """Whether a deletion moves the field that tells what changed, so that a window brings deleted rows too."""
        return self.cursor_field in ("SystemModstamp", "LastModifiedDate")

    @property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.name, self.fields)

    @property
    def calculated(self) -> tuple[str, ...]:
        """Formula and roll-up fields: their values change without moving the stamp."""
        return tuple(field.name for field in self.fields if field.is_calculated)

    @property
    def is_history(self) -> bool:
        """Rows that nothing stamps after they are made. They age out at the source, which is no deletion."""
        return self.cursor_field is not None and not self.is_stamped_by_deletion

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)

    def is_filterable(self, name: str) -> bool:
        return any(field.name == name and field.is_filterable for field in self.fields)

    @property
    def cursor_column(self) -> str | None:
        """The warehouse's name of the cursor field."""
        of_field = {column.source_name: column.name for column in self.columns}
        return None if self.cursor_field is None else of_field[self.cursor_field]


def duckdb_type(field_type: str, scale: int = 2) -> str:
    """The column type for a describe type: money keeps its digits, text stays text."""
    if field_type == "currency":
        return f"DECIMAL(18, {min(max(scale, 0), 18)})"
    return DUCKDB_TYPES.get(field_type, "VARCHAR")


def describe_global(client: Client) -> dict[str, bool]:
    """Every sObject the user can see → whether it can be queried."""
    answer = client.get_json("sobjects")
    entries = answer.get("sobjects") if isinstance(answer, Mapping) else None
    if not isinstance(entries, list):
        raise ResponseError(client.url("sobjects"), "it lists no sobjects")
    return {str(entry["name"]): bool(entry.get("queryable", True)) for entry in entries}


def describe_object(client: Client, name: str) -> ObjectDescription:
    """Describe one sObject. UnknownObjectError if the org lacks it or hides it from the user."""
    try:
        answer = client.get_json(f"sobjects/{name}/describe")
    except RequestError as error:
        if error.status == 404 or error.code in {"NOT_FOUND", "INVALID_TYPE"}:
            raise UnknownObjectError(name) from error
        raise
    if not isinstance(answer, Mapping) or not answer.get("fields"):
        raise ResponseError(client.url(f"sobjects/{name}/describe"), "it lists no fields")
    return parse_description(answer)


def parse_description(answer: Mapping[str, Any]) -> ObjectDescription:
    """A describe answer as ours. Fields that no query can read are left out, and named in the log."""
    fields: list[Field] = []
    skipped: list[str] = []
    for entry in answer["fields"]:
        field = Field(
            name=str(entry["name"]),
            type=str(entry["type"]).removeprefix("xsd:"),
            scale=int(entry.get("scale", 2)),
            is_filterable=bool(entry.get("filterable", True)),
            is_calculated=bool(entry.get("calculated", False)),
        )
        if field.type in UNREADABLE_TYPES or entry.get("deprecatedAndHidden"):
            skipped.append(field.name)
        else:
            fields.append(field)
    name = str(answer["name"])
    log.debug("%s: %d fields, not readable by query: %s", name, len(fields), ", ".join(skipped) or "none")
    return ObjectDescription(
        name=name,
        fields=tuple(fields),
        cursor_field=_cursor_field(fields),
        is_replicateable=bool(answer.get("replicateable", False)),
    )


def expected_columns(name: str) -> tuple[Column, ...]:
    """The columns that the staging models read of an object of THE TABLE; none for other objects."""
    wanted = next((entry.fields for entry in OBJECTS if entry.name == name), {})
    return _columns(name, [Field(field, kind, 2, True, False) for field, kind in wanted.items()])


def _columns(object_name: str, fields: Iterable[Field]) -> tuple[Column, ...]:
    listed = list(fields)
    names = column_names(object_name, [field.name for field in listed])
    return tuple(Column(field.name, names[field.name], duckdb_type(field.type, field.scale)) for field in listed)


def _cursor_field(fields: Iterable[Field]) -> str | None:
    usable = {field.name for field in fields if field.is_filterable and field.type == "datetime"}
    return next((name for name in CURSOR_FIELDS if name in usable), None)
