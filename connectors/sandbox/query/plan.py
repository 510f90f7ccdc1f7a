"""A query ready to run, as values: SQL, its parameters, and the columns of its answer."""

from dataclasses import dataclass, field
from typing import Any, Never

from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import Field, Schema, SObject
from connectors.sandbox.soql.tokens import at_position

VERSION = "64.0"


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer: where it sits in the record (`path`), what it is, and its name in the SQL."""

    path: tuple[str, ...]
    field: Field
    column: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL whose columns c0, c1 … hold the `outputs` first, then what only the nested record needs.

    `record_sql` is an expression over these columns: the record as a struct, ready for to_json. An answer that
    `is_flat` has nothing beside its outputs: no children and no parents told by their object.
    """

    sql: str
    parameters: list[Any]
    outputs: tuple[Output, ...]
    record_sql: str
    sobject: SObject
    is_aggregate: bool
    is_count: bool
    is_flat: bool = True


@dataclass(slots=True)
class Context:
    """What all parts of one compilation share. Values go into `parameters` and are named $1, $2 … in the SQL."""

    schema: Schema
    text: str
    is_all: bool
    version: str
    parameters: list[Any] = field(default_factory=list)

    def bind(self, value: Any) -> str:
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def refuse(self, code: str, message: str, position: int | None = None) -> Never:
        raise OrgError(code, message if position is None else at_position(self.text, position, message))
