"""The columns of a grouped query: aggregates and what they are grouped by."""

from connectors.sandbox.metadata.schema import Field, make_field
from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.query.functions import Expressions
from connectors.sandbox.query.plan import Context, Output
from connectors.sandbox.query.scope import Scope
from connectors.sandbox.statement import AGGREGATES, Aliased, Call, Distance, Operand, Path, Statement, TypeOf

_SUMMED = frozenset({"int", "long", "double", "percent", "currency"})
_NOT_RANKED = frozenset({"boolean", "address", "location", "textarea", "anyType"})
LONGEST_ALIAS = 25


class GroupedExpressions(Expressions):
    """Writes operands of a grouped query: each must be an aggregate or something that is grouped by."""

    def __init__(self, context: Context, scope: Scope, calendar: Calendar, statement: Statement) -> None:
        super().__init__(context, scope, calendar)
        self._keys = {self._identity(key) for key in statement.group_by}
        self._is_totalled = bool(statement.grouping)

    def write(self, operand: Operand) -> tuple[str, Field]:
        if isinstance(operand, Call) and operand.name in AGGREGATES:
            return self._write_aggregate(operand)
        if isinstance(operand, Call) and operand.name == "GROUPING":
            return self._write_grouping(operand)
        return super().write(operand)

    def write_grouped(self, operand: Operand, *, ordered: bool = False) -> tuple[str, Field]:
        """Raises OrgError for a field that is neither grouped nor aggregated."""
        is_free = isinstance(operand, Call) and (operand.is_aggregate or operand.name == "GROUPING")
        if not is_free and self._identity(operand) not in self._keys:
            lead = "Ordered field" if ordered else "Field"
            message = f"{lead} must be grouped or aggregated: {_told(operand)}"
            self._context.refuse("MALFORMED_QUERY", message, operand.position)
        return self.write(operand)

    def write_key(self, operand: Operand) -> str:
        """What GROUP BY groups by. Raises OrgError INVALID_FIELD for a field that cannot be grouped."""
        column, described = self.write(operand)
        if isinstance(operand, Path) and not described.is_groupable:
            message = f"field '{described.name}' can not be grouped in a query call"
            self._context.refuse("INVALID_FIELD", message, operand.position)
        return column

    def _identity(self, operand: Operand) -> tuple[str, ...]:
        """Equal for operands that mean the same, however they are spelled."""
        if isinstance(operand, Path):
            return tuple(part.lower() for part in self._scope.without_alias(operand))
        if isinstance(operand, Distance) or operand.argument is None:
            return (str(operand),)
        is_shown = operand.name in ("FORMAT", "TOLABEL")
        inner = self._identity(operand.argument)
        return inner if is_shown else (operand.name, *inner)

    def _write_grouping(self, call: Call) -> tuple[str, Field]:
        assert isinstance(call.argument, Path), "GROUPING takes a field"
        if not self._is_totalled or self._identity(call.argument) not in self._keys:
            message = f"GROUPING function can only be used with fields in the GROUP BY ROLLUP or CUBE: {call.argument}"
            self._context.refuse("MALFORMED_QUERY", message, call.position)
        column, described = super().write(call.argument)
        return f"grouping({column})", make_field(described.name, "int")

    def _write_aggregate(self, call: Call) -> tuple[str, Field]:
        if call.argument is None:
            message = "COUNT() must be the only element in the SELECT list, and cannot be grouped"
            self._context.refuse("MALFORMED_QUERY", message, call.position)
        assert isinstance(call.argument, Path), "an aggregate takes a field"
        column, described = self.write_corporate(call.argument)
        if described.is_compound or not self._is_supported(call.name, described):
            message = f"field {described.name} does not support aggregate operator {call.name}"
            self._context.refuse("INVALID_FIELD", message, call.position)
        if call.name in ("COUNT", "COUNT_DISTINCT"):
            distinct = "DISTINCT " if call.name == "COUNT_DISTINCT" else ""
            return f"count({distinct}{column})", make_field("count", "int")
        if call.name in ("SUM", "AVG"):
            kind = described.type if described.type == "currency" else "double"
            return f"{call.name.lower()}({column})::DOUBLE", make_field(described.name, kind)
        return f"{call.name.lower()}({column})", make_field(described.name, described.type)

    @staticmethod
    def _is_supported(name: str, described: Field) -> bool:
        if name in ("SUM", "AVG"):
            return described.type in _SUMMED
        if name in ("MIN", "MAX"):
            return described.type not in _NOT_RANKED
        return described.type not in ("textarea", "anyType")


def _told(operand: Operand) -> Path | None:
    if isinstance(operand, Path):
        return operand
    return operand.path if isinstance(operand, Call) else operand.start


def grouped_columns(context: Context, statement: Statement, grouped: GroupedExpressions) -> list[tuple[str, Output]]:
    """The SQL and the output of each selected item. Raises OrgError MALFORMED_QUERY for an alias used twice."""
    columns: list[tuple[str, Output]] = []
    seen: set[str] = set()
    unnamed = 0
    for item in statement.select:
        if not isinstance(item, Path | Aliased | Call):
            what = "TYPEOF" if isinstance(item, TypeOf) else "FIELDS and subqueries"
            context.refuse("MALFORMED_QUERY", f"{what} cannot be used in a query with GROUP BY or aggregates")
        operand = item.path if isinstance(item, Aliased) else item
        sql, described = grouped.write_grouped(operand)
        alias = described.name if isinstance(operand, Path) else None
        if not isinstance(item, Path):
            alias = item.alias or alias
        if alias is None:
            alias, unnamed = f"expr{unnamed}", unnamed + 1
        if len(alias) > LONGEST_ALIAS and not isinstance(item, Path):
            context.refuse("MALFORMED_QUERY", f"alias is too long, maximum of {LONGEST_ALIAS} characters: {alias}")
        if alias.lower() in seen:
            context.refuse("MALFORMED_QUERY", f"duplicate alias: {alias}", operand.position)
        seen.add(alias.lower())
        columns.append((sql, Output((alias,), described, f"c{len(columns)}")))
    return columns
