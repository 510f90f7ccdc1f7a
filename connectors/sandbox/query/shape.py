"""The nested record of the REST API as one SQL expression over an answer's columns: structs that to_json spells."""

from dataclasses import dataclass, field

from connectors.sandbox.metadata.schema import Field
from connectors.sandbox.query.plan import Output


@dataclass(slots=True)
class RecordShape:
    """A record or a parent in it. `kind` and `key` are SQL: the object's name, and the id, None if it has none.

    `presence` is SQL that is null where there is no such parent. Members keep the order of the query.
    """

    kind: str
    key: str | None
    address: str  # SQL of the object's name in the record's URL
    presence: str | None = None
    members: "dict[str, RecordShape | str]" = field(default_factory=dict)
    alternatives: "list[tuple[str, RecordShape]]" = field(default_factory=list)  # of a TYPEOF: condition, shape

    def place(self, path: tuple[str, ...], leaf: str) -> None:
        self.members[path[-1]] = leaf

    def write(self, version: str) -> str:
        if self.alternatives:
            cases = " ".join(f"WHEN {when} THEN to_json({each.write(version)})" for when, each in self.alternatives)
            return f"CASE {cases} END"
        attributes = f"type := {self.kind}"
        if self.key is not None:
            url = f"concat('/services/data/v{version}/sobjects/', {self.address}, '/', {self.key})"
            attributes += f", url := {url}"
        told = [f"attributes := struct_pack({attributes})"]
        for name, member in self.members.items():
            told.append(f'"{name}" := {member if isinstance(member, str) else member.write(version)}')
        packed = f"struct_pack({', '.join(told)})"
        return packed if self.presence is None else f"CASE WHEN {self.presence} IS NOT NULL THEN {packed} END"


def aggregate_sql(outputs: list[Output]) -> str:
    members = ["attributes := struct_pack(type := 'AggregateResult')"]
    members += [f'"{output.path[0]}" := {json_sql(output.column, output.field)}' for output in outputs]
    return f"struct_pack({', '.join(members)})"


def json_sql(column: str, described: Field) -> str:
    """A value as the REST API spells it."""
    if described.is_compound:
        return column
    match described.duckdb_type:
        case "TIMESTAMP":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%g+0000')"
        case "TIME":
            return f"strftime(DATE '1970-01-01' + {column}, '%H:%M:%S.%gZ')"
    return column


def csv_sql(column: str, described: Field) -> str:
    """A value as the Bulk API spells it."""
    match described.duckdb_type:
        case "TIMESTAMP":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%gZ')"
        case "TIME":
            return f"strftime(DATE '1970-01-01' + {column}, '%H:%M:%S.%gZ')"
        case "VARCHAR":
            return column
    return f"{column}::VARCHAR"
