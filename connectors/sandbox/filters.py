"""Conditions of a WHERE clause → SQL with parameters, with SOQL's meaning of null, case and dates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Never

from connectors.sandbox.date_literals import days_of
from connectors.sandbox.errors import OrgError
from connectors.sandbox.ids import to_long_id
from connectors.sandbox.schema import Field
from connectors.sandbox.statement import (
    Comparison,
    Condition,
    DateLiteral,
    Junction,
    Membership,
    Negation,
    Path,
    Value,
)
from connectors.sandbox.tokens import at_position

Resolve = Callable[[Path], tuple[str, Field]]
NUMBERS = frozenset({"int", "long", "double", "percent", "currency"})


@dataclass(slots=True)
class FilterWriter:
    """Writes conditions; `resolve` names a path's SQL column, `parameters` collects the values."""

    resolve: Resolve
    today: date
    text: str
    parameters: list[Any] = field(default_factory=list)

    def write(self, condition: Condition) -> str:
        match condition:
            case Junction(operator, conditions):
                return "(" + f" {operator} ".join(self.write(each) for each in conditions) + ")"
            case Negation(inner):
                return f"(NOT coalesce({self.write(inner)}, false))"
            case Comparison(path, operator, value):
                return self._compare(path, operator, value)
            case Membership(path, values, is_negated):
                return self._member(path, values, is_negated)

    def _member(self, path: Path, values: tuple[Value, ...], is_negated: bool) -> str:
        parts = " OR ".join(self._compare(path, "=", value) for value in values)
        return f"(NOT coalesce({parts}, false))" if is_negated else f"({parts})"

    def _compare(self, path: Path, operator: str, value: Value) -> str:
        column, described = self.resolve(path)
        if not described.is_filterable:
            message = f"field '{described.name}' can not be filtered in a query call"
            raise OrgError("INVALID_FIELD", at_position(self.text, path.position, message))
        if value is None:
            return self._compare_null(path, column, operator, described)
        if described.type in ("date", "datetime"):
            return self._compare_instant(path, column, operator, value, described)
        if described.type == "boolean":
            if not isinstance(value, bool):
                self._refuse(path, described)
            return self._plain(f"coalesce({column}, false)", operator, value)
        if described.type in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._refuse(path, described)
            return self._plain(column, operator, value)
        if not isinstance(value, str):
            self._refuse(path, described)
        return self._compare_text(column, operator, value, described)

    def _compare_null(self, path: Path, column: str, operator: str, described: Field) -> str:
        if operator not in ("=", "!="):
            self._refuse(path, described)
        return f"({column} IS {'NOT ' if operator == '!=' else ''}NULL)"

    def _compare_text(self, column: str, operator: str, value: str, described: Field) -> str:
        if described.type in ("id", "reference"):
            return self._plain(column, operator, to_long_id(value))
        if operator == "LIKE":
            self.parameters.append(value.lower())
            return f"(lower({column}) LIKE ? ESCAPE '\\')"
        return self._plain(f"lower({column})", operator, value.lower())

    def _compare_instant(self, path: Path, column: str, operator: str, value: Value, described: Field) -> str:
        if isinstance(value, DateLiteral):
            return self._compare_range(column, operator, value, described)
        if not isinstance(value, date) or isinstance(value, datetime) != (described.type == "datetime"):
            self._refuse(path, described)
        bound = value.replace(tzinfo=None) if isinstance(value, datetime) else value
        return self._plain(column, operator, bound)

    def _compare_range(self, column: str, operator: str, value: DateLiteral, described: Field) -> str:
        first, after = days_of(value, self.today)
        bounds = {"<": (None, first), "<=": (None, after), ">": (after, None), ">=": (first, None)}
        lower, upper = bounds.get(operator, (first, after))
        parts = []
        for sign, bound in ((">=", lower), ("<", upper)):
            if bound is not None:
                is_datetime = described.type == "datetime"
                self.parameters.append(datetime.combine(bound, time()) if is_datetime else bound)
                parts.append(f"{column} {sign} ?")
        joined = " AND ".join(parts)
        return f"(NOT coalesce({joined}, false))" if operator == "!=" else f"({joined})"

    def _plain(self, column: str, operator: str, value: Any) -> str:
        self.parameters.append(value)
        sign = {"!=": "IS DISTINCT FROM", "LIKE": "="}.get(operator, operator)
        return f"({column} {sign} ?)"

    def _refuse(self, path: Path, described: Field) -> Never:
        kind = "double" if described.type in NUMBERS - {"int", "long"} else described.type
        quotes = " and should not be enclosed in quotes" if described.duckdb_type != "VARCHAR" else ""
        message = f"value of filter criterion for field '{described.name}' must be of type {kind}{quotes}"
        raise OrgError("INVALID_FIELD", at_position(self.text, path.position, message))
