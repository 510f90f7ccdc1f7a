"""A parsed statement → SQL over the org's current tables. Runs nothing: see `rest` and `bulk`."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Never

from connectors.sandbox.errors import OrgError, no_such_field, no_such_object
from connectors.sandbox.filters import FilterWriter
from connectors.sandbox.schema import Field, Schema, SObject, make_field
from connectors.sandbox.statement import Aliased, Call, FieldsOf, Ordering, Path, Statement, Unsupported
from connectors.sandbox.tokens import at_position

FIELDS_LIMIT = 200
OFFSET_LIMIT = 2000
NAME_OBJECT = SObject(
    "Name",
    "",
    "Name",
    (make_field("Id", "id"), make_field("Name", "string"), make_field("Type", "picklist")),
)


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the answer: where it sits in the record (`path`) and what it is."""

    path: tuple[str, ...]
    field: Field


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL whose columns are `outputs` as c0, c1 … and then one id per entry of `relations`.

    `relations` are the parents that the record nests (path, sObject name), None ids meaning no parent.
    """

    sql: str
    parameters: list[Any]
    outputs: tuple[Output, ...]
    relations: tuple[tuple[tuple[str, ...], str], ...]
    sobject: SObject
    is_aggregate: bool
    is_count: bool


def compile_query(statement: Statement, schema: Schema, today: date, *, is_all: bool) -> Compiled:
    """Raises OrgError MALFORMED_QUERY, INVALID_FIELD or INVALID_TYPE in Salesforce's words."""
    return _Compiler(statement, schema, today, is_all).compile()


def find_object(schema: Schema, name: str) -> SObject | None:
    wanted = name.lower()
    return next((each for key, each in schema.items() if key.lower() == wanted), None)


class _Compiler:
    def __init__(self, statement: Statement, schema: Schema, today: date, is_all: bool) -> None:
        self._statement = statement
        self._schema = schema
        self._is_all = is_all
        base = find_object(schema, statement.sobject)
        if base is None:
            self._refuse("INVALID_TYPE", no_such_object(statement.sobject), statement.sobject_position)
        self._base = base
        self._aliases: dict[tuple[str, ...], tuple[str, SObject]] = {(): ("t0", base)}
        self._joins: list[str] = []
        self._filters = FilterWriter(self._resolve, today, statement.text)

    def compile(self) -> Compiled:
        statement = self._statement
        self._check_limits()
        outputs, columns = self._aggregates() if statement.is_aggregate else self._plain_columns()
        conditions = self._visibility()
        if statement.where is not None:
            conditions.append(self._filters.write(statement.where))
        group = [self._groupable(path) for path in statement.group_by]
        order = self._order(group)
        relations = () if statement.is_aggregate else self._relations()
        columns = columns + [f'{self._aliases[path][0]}."Id"' for path, _ in relations]
        sql = f'SELECT {", ".join(columns)} FROM current."{self._base.name}" t0 {" ".join(self._joins)}'
        sql += f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql += f" GROUP BY {', '.join(group)}" if group else ""
        sql += f" ORDER BY {', '.join(order)}" if order else ""
        sql += f" LIMIT {statement.limit}" if statement.limit is not None else ""
        sql += f" OFFSET {statement.offset}" if statement.offset else ""
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        return Compiled(
            f"SELECT * FROM ({sql}) AS answer({names})",
            self._filters.parameters,
            tuple(outputs),
            relations,
            self._base,
            statement.is_aggregate,
            self._is_bare_count(),
        )

    def _is_bare_count(self) -> bool:
        match self._statement.select:
            case (Call("COUNT", None, _),):
                return True
        return False

    def _check_limits(self) -> None:
        statement = self._statement
        if any(isinstance(item, FieldsOf) for item in statement.select) and not (
            statement.limit is not None and statement.limit <= FIELDS_LIMIT
        ):
            message = f"The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT}"
            self._refuse("MALFORMED_QUERY", message)
        if statement.offset is not None and statement.offset > OFFSET_LIMIT:
            message = f"Maximum SOQL offset allowed is {OFFSET_LIMIT}"
            self._refuse("NUMBER_OUTSIDE_VALID_RANGE", message)

    def _plain_columns(self) -> tuple[list[Output], list[str]]:
        outputs: list[Output] = []
        columns: list[str] = []
        for item in self._statement.select:
            for path in self._paths_of(item):
                column, described = self._resolve(path)
                name = (*self._canonical(path.parts[:-1]), described.name)
                if any(output.path == name for output in outputs):
                    message = f"duplicate field selected: {'.'.join(name)}"
                    self._refuse("INVALID_FIELD", message)
                outputs.append(Output(name, described))
                columns.append(column)
        return outputs, columns

    def _paths_of(self, item: object) -> list[Path]:
        match item:
            case Path():
                return [item]
            case FieldsOf(group):
                chosen = [f for f in self._base.fields if group == "ALL" or f.is_custom == (group == "CUSTOM")]
                return [Path((each.name,)) for each in chosen]
            case Aliased(path, alias):
                self._refuse("MALFORMED_QUERY", f"unexpected token: '{alias}'", path.position)
            case Unsupported(kind):
                self._refuse("MALFORMED_QUERY", f"The sandbox org answers no {kind} in a query")
        return []

    def _aggregates(self) -> tuple[list[Output], list[str]]:
        outputs: list[Output] = []
        columns: list[str] = []
        unnamed = 0
        for item in self._statement.select:
            if isinstance(item, Call):
                column, described = self._aggregate(item)
                alias = item.alias or f"expr{unnamed}"
                unnamed += item.alias is None
            elif isinstance(item, Path | Aliased):
                path = item.path if isinstance(item, Aliased) else item
                if path.parts not in [each.parts for each in self._statement.group_by]:
                    self._refuse("MALFORMED_QUERY", f"Field must be grouped or aggregated: {path}", path.position)
                column, described = self._resolve(path)
                alias = item.alias if isinstance(item, Aliased) else described.name
            else:
                self._refuse("MALFORMED_QUERY", "FIELDS and subqueries cannot be aggregated")
            outputs.append(Output((alias,), described))
            columns.append(column)
        return outputs, columns

    def _aggregate(self, call: Call) -> tuple[str, Field]:
        if call.argument is None:
            if call.name != "COUNT":
                self._refuse("MALFORMED_QUERY", f"unexpected token: '{call.name}'", call.position)
            return "count(*)", make_field("count", "int")
        column, described = self._resolve(call.argument)
        if call.name in ("COUNT", "COUNT_DISTINCT"):
            distinct = "DISTINCT " if call.name == "COUNT_DISTINCT" else ""
            return f"count({distinct}{column})", make_field("count", "int")
        if call.name in ("SUM", "AVG") and described.duckdb_type not in ("DOUBLE", "BIGINT"):
            message = f"field {described.name} does not support aggregate operator {call.name}"
            self._refuse("INVALID_FIELD", message, call.position)
        kind = "double" if call.name in ("SUM", "AVG") else described.type
        return f"{call.name.lower()}({column})", make_field(described.name, kind)

    def _visibility(self) -> list[str]:
        if self._is_all:
            return []
        hidden = [each for each in ("IsDeleted", "IsArchived") if self._base.find(each)]
        return [f'coalesce(t0."{each}", false) = false' for each in hidden]

    def _groupable(self, path: Path) -> str:
        column, described = self._resolve(path)
        if not described.is_groupable:
            message = f"field '{described.name}' can not be grouped in a query call"
            self._refuse("INVALID_FIELD", message, path.position)
        return column

    def _order(self, group: list[str]) -> list[str]:
        if not self._statement.order_by:
            return list(group)
        keys = [self._order_key(ordering) for ordering in self._statement.order_by]
        return keys if self._statement.is_aggregate else [*keys, 't0."Id"']

    def _order_key(self, ordering: Ordering) -> str:
        if isinstance(ordering.path, Call):
            column, described = self._aggregate(ordering.path)
        else:
            column, described = self._resolve(ordering.path)
            if not described.is_sortable:
                message = f"field '{described.name}' can not be sorted in a query call"
                self._refuse("INVALID_FIELD", message, ordering.path.position)
        direction = "DESC" if ordering.is_descending else "ASC"
        nulls = ordering.nulls or ("LAST" if ordering.is_descending else "FIRST")
        return f"{column} {direction} NULLS {nulls}"

    def _resolve(self, path: Path) -> tuple[str, Field]:
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() == self._base.name.lower():
            parts = parts[1:]
        alias, sobject = self._join(parts[:-1], path)
        described = sobject.find(parts[-1])
        if described is None:
            self._refuse("INVALID_FIELD", no_such_field(parts[-1], sobject.name), path.position)
        if described.is_compound:
            return _address_struct(alias, described, sobject), described
        return f'{alias}."{described.name}"', described

    def _join(self, prefix: tuple[str, ...], path: Path) -> tuple[str, SObject]:
        key = tuple(part.lower() for part in prefix)
        if key in self._aliases:
            return self._aliases[key]
        parent_alias, parent = self._join(prefix[:-1], path)
        reference = parent.find_relationship(prefix[-1])
        targets = [self._schema[name] for name in reference.reference_to if name in self._schema] if reference else []
        if reference is None or not targets:
            message = (
                f"Didn't understand relationship '{prefix[-1]}' in field path. If you are attempting to use a "
                "custom relationship, be sure to append the '__r' after the custom relationship name. Please "
                "reference your WSDL or the describe call for the appropriate names."
            )
            self._refuse("INVALID_FIELD", message, path.position)
        alias = f"t{len(self._aliases)}"
        is_polymorphic = len(reference.reference_to) > 1
        source = _name_union(targets) if is_polymorphic else f'current."{targets[0].name}"'
        self._joins.append(f'LEFT JOIN {source} {alias} ON {alias}."Id" = {parent_alias}."{reference.name}"')
        self._aliases[key] = (alias, NAME_OBJECT if is_polymorphic else targets[0])
        return self._aliases[key]

    def _canonical(self, prefix: tuple[str, ...]) -> tuple[str, ...]:
        """The relationship names as describe spells them."""
        sobject, names = self._base, []
        if prefix and prefix[0].lower() == self._base.name.lower() and not self._base.find_relationship(prefix[0]):
            prefix = prefix[1:]
        for index, part in enumerate(prefix):
            reference = sobject.find_relationship(part)
            names.append(reference.relationship or part if reference else part)
            sobject = self._aliases[tuple(each.lower() for each in prefix[: index + 1])][1]
        return tuple(names)

    def _relations(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        found: dict[tuple[str, ...], str] = {}
        for item in self._statement.select:
            if isinstance(item, Path):
                for end in range(1, len(item.parts)):
                    key = tuple(part.lower() for part in item.parts[:end])
                    if key in self._aliases:
                        found[key] = self._aliases[key][1].name
        return tuple(found.items())

    def _refuse(self, code: str, message: str, position: int | None = None) -> Never:
        pointed = message if position is None else at_position(self._statement.text, position, message)
        raise OrgError(code, pointed)


def _address_struct(alias: str, compound: Field, sobject: SObject) -> str:
    parts = [each for each in sobject.fields if each.compound == compound.name]
    prefix = compound.name.removesuffix("Address")
    members = ", ".join(
        f'{each.name.removeprefix(prefix)[0].lower()}{each.name.removeprefix(prefix)[1:]} := {alias}."{each.name}"'
        for each in parts
    )
    some = ", ".join(f'{alias}."{each.name}"::VARCHAR' for each in parts)
    return f"CASE WHEN coalesce({some}) IS NOT NULL THEN struct_pack({members}) END"


def _name_union(targets: list[SObject]) -> str:
    selects = [
        f'SELECT "Id", "Name", \'{each.name}\' AS "Type" FROM current."{each.name}"'
        for each in targets
        if each.find("Name")
    ]
    return f"({' UNION ALL '.join(selects)})"
