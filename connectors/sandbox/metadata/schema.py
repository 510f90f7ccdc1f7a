"""sObjects and their fields, as values. What the standard org holds is in `standard`, how it is told to
a client in `describe`.

An object is written as lines of `Name type options`, options being: a length or `precision.scale`;
`>Account` or `>User|Group` what a reference points to; `=A|B` picklist values; `!filter !sort !group`
what it cannot do; `required unique calculated external name restricted`; `in:BillingAddress` its compound field.
"""

from dataclasses import dataclass, field, replace
from typing import Any

DUCKDB_TYPES = {
    "boolean": "BOOLEAN",
    "int": "BIGINT",
    "long": "BIGINT",
    "double": "DOUBLE",
    "percent": "DOUBLE",
    "currency": "DOUBLE",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
}
COMPOUND_TYPES = frozenset({"address", "location"})
DEFAULT_LENGTHS = {
    "id": 18,
    "reference": 18,
    "string": 255,
    "picklist": 255,
    "multipicklist": 4099,
    "combobox": 255,
    "textarea": 32000,
    "email": 80,
    "phone": 40,
    "url": 255,
    "anyType": 255,
}
DEFAULT_DIGITS = {"currency": (18, 2), "percent": (3, 0), "double": (18, 6)}
INT_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an sObject with the metadata that describe reports."""

    name: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    reference_to: tuple[str, ...] = ()
    picklist: tuple[str, ...] = ()
    compound: str | None = None
    is_nillable: bool = True
    is_filterable: bool = True
    is_sortable: bool = True
    is_groupable: bool = True
    is_unique: bool = False
    is_calculated: bool = False
    is_external_id: bool = False
    is_name: bool = False
    is_restricted: bool = False

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def is_compound(self) -> bool:
        return self.type in COMPOUND_TYPES

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES.get(self.type, "VARCHAR")

    @property
    def relationship(self) -> str | None:
        """The name that a query follows this reference by: OwnerId → Owner, Region__c → Region__r."""
        if self.type != "reference":
            return None
        return self.name[:-1] + "r" if self.is_custom else self.name.removesuffix("Id")


@dataclass(frozen=True, slots=True)
class SObject:
    """An sObject: its name, key prefix and fields in describe's order."""

    name: str
    key_prefix: str
    label: str
    fields: tuple[Field, ...]
    is_bulk_supported: bool = True
    is_replicateable: bool = True
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name.lower(): each for each in self.fields})

    @property
    def is_custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that hold a value of their own: all but the compound ones."""
        return tuple(each for each in self.fields if not each.is_compound)

    def find(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())

    def find_relationship(self, name: str) -> Field | None:
        wanted = name.lower()
        return next((f for f in self.fields if f.relationship and f.relationship.lower() == wanted), None)

    def with_fields(self, more: tuple[Field, ...]) -> "SObject":
        return replace(self, fields=self.fields + more)


Schema = dict[str, SObject]


def parse_fields(text: str) -> tuple[Field, ...]:
    """The fields written in `text`, one a line."""
    return tuple(_parse_field(line.split()) for line in text.strip().splitlines())


def make_field(name: str, type_: str) -> Field:
    """A field with the usual metadata of its type."""
    digits = DEFAULT_DIGITS.get(type_, (0, 0))
    is_long = type_ in ("textarea", "address", "location")
    is_required = type_ in ("id", "boolean")
    return Field(
        name,
        type_,
        length=DEFAULT_LENGTHS.get(type_, 0),
        precision=digits[0],
        scale=digits[1],
        digits=INT_DIGITS if type_ == "int" else 0,
        is_nillable=not is_required,
        is_filterable=not is_long,
        is_sortable=not is_long,
        is_groupable=type_ not in ("currency", "double", "percent", "datetime", "textarea", "address"),
        is_unique=False,
    )


def _parse_field(words: list[str]) -> Field:
    made = make_field(words[0], words[1])
    for word in words[2:]:
        made = _with_option(made, word)
    return made


def _with_option(made: Field, word: str) -> Field:
    flags: dict[str, dict[str, Any]] = {
        "required": {"is_nillable": False},
        "unique": {"is_unique": True},
        "calculated": {"is_calculated": True},
        "external": {"is_external_id": True},
        "name": {"is_name": True},
        "restricted": {"is_restricted": True},
        "!filter": {"is_filterable": False},
        "!sort": {"is_sortable": False},
        "!group": {"is_groupable": False},
    }
    if word in flags:
        return replace(made, **flags[word])
    if word.startswith(">"):
        return replace(made, reference_to=tuple(word[1:].split("|")))
    if word.startswith("="):
        return replace(made, picklist=tuple(word[1:].replace("_", " ").split("|")))
    if word.startswith("in:"):
        return replace(made, compound=word[3:])
    if "." in word:
        precision, scale = (int(part) for part in word.split("."))
        return replace(made, precision=precision, scale=scale)
    return replace(made, length=int(word))
