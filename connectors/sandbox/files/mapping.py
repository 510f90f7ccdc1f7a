"""The TOML that maps foreign files to sObjects, as values. Applying it is the business of `csv_org`.

```toml
fixed_date = "2018-01-01T00:00:00Z"      # CreatedDate and SystemModstamp where the files tell none

[objects.Opportunity]
file = "sales_pipeline.csv"              # default: Opportunity.csv or Opportunity.parquet
key = "opportunity_id"                   # the source's own key: the record id is made from it …
key_field = "Source_Key__c"              # … and it is kept in this field
columns = { Amount = "close_value", SystemModstamp = ["close_date", "engage_date"] }   # first that is not null
templates = { Name = "{account} - {product}" }
constants = { Type = "New Business" }
values.StageName = { Won = "Closed Won" }              # values not named stay as they are
lookups.OwnerId = { column = "sales_agent", object = "User" }   # finds the Id by the object's Name
parents = { column = "manager", constants = { Title = "Sales Manager" } }   # a row more per distinct value

[[stages]]
name = "Closed Won"
probability = 100
category = "Closed"
is_closed = true
is_won = true
```
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.sandbox.errors import SourceFilesError

_OBJECT_KEYS = frozenset(
    {"file", "key", "key_field", "columns", "templates", "constants", "values", "lookups", "parents"}
)


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """How one sObject is read from its file. An empty mapping takes the file's columns as field names."""

    name: str
    file: str | None = None
    key: str | None = None
    key_field: str = "Source_Key__c"
    columns: Mapping[str, list[str]] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lookups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parents: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        return not (self.columns or self.templates or self.constants or self.lookups or self.key)


@dataclass(frozen=True, slots=True)
class StageRow:
    name: str
    probability: float
    category: str
    is_closed: bool
    is_won: bool


@dataclass(frozen=True, slots=True)
class OrgMapping:
    """A whole mapping file."""

    fixed_date: str
    objects: Mapping[str, ObjectMapping]
    stages: tuple[StageRow, ...]
    path: str


def read_mapping(path: Path | None) -> OrgMapping:
    """The mapping in `path`, or one that takes everything as it is. Raises SourceFilesError."""
    if path is None:
        return OrgMapping("2000-01-01T00:00:00Z", {}, (), "no mapping")
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SourceFilesError(str(path), "the mapping file does not exist") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceFilesError(str(path), f"the mapping is no valid TOML: {error}") from error
    objects = {name: _read_object(name, each, path) for name, each in told.get("objects", {}).items()}
    stages = tuple(
        StageRow(
            each["name"],
            float(each["probability"]),
            each["category"],
            bool(each.get("is_closed", False)),
            bool(each.get("is_won", False)),
        )
        for each in told.get("stages", [])
    )
    return OrgMapping(str(told.get("fixed_date", "2000-01-01T00:00:00Z")), objects, stages, str(path))


def _read_object(name: str, told: dict[str, Any], path: Path) -> ObjectMapping:
    unknown = told.keys() - _OBJECT_KEYS
    if unknown:
        raise SourceFilesError(
            str(path),
            f"[objects.{name}] has unknown keys {sorted(unknown)}; known are {sorted(_OBJECT_KEYS)}",
        )
    columns = {
        field_name: [column] if isinstance(column, str) else list(column)
        for field_name, column in told.get("columns", {}).items()
    }
    return ObjectMapping(name, **{**told, "columns": columns})
