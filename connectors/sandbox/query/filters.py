"""Conditions of WHERE and HAVING → SQL with parameters, with SOQL's meaning of null, case and dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Never

from connectors.sandbox.ids import to_long_id
from connectors.sandbox.metadata.schema import Field
from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.query.date_literals import days_of
from connectors.sandbox.query.plan import Context
from connectors.sandbox.statement import (
    Comparison,
    Condition,
    DateLiteral,
    Inclusion,
    Junction,
    Membership,
    Money,
    Negation,
    Operand,
    Pattern,
    SemiJoin,
    Value,
)

NUMBERS = frozenset({"int", "long", "double", "percent", "currency"})
INSTANTS = {"date": date, "datetime": datetime, "time": time}
_SPELLED = {"datetime": "dateTime", **dict.fromkeys(NUMBERS - {"int", "long"}, "double"), "long": "int"}
_EQUALITIES = ("=", "!=")
_ID_LENGTHS = (15, 18)


@dataclass(slots=True)
class FilterWriter:
    """Writes conditions.

    `express` names an operand's SQL, `semi_join` the SQL of a sub-select, `convert` an amount in the org's own
    currency: (operand, currency code, amount) → the SQLs of both sides.
    """

    context: Context
    calendar: Calendar
    express: Callable[[Operand], tuple[str, Field]]
    semi_join: Callable[[SemiJoin], str]
    convert: Callable[[Operand, Money], tuple[str, str]]

    def write(self, condition: Condition) -> str:
        match condition:
            case Junction(operator, conditions):
                return "(" + f" {operator} ".join(self.write(each) for each in conditions) + ")"
            case Negation(inner):
                return f"(NOT coalesce({self.write(inner)}, false))"
            case Comparison(operand, operator, value):
                return self._compare(operand, operator, value)
            case Membership(operand, values, is_negated):
                return self._member(operand, values, is_negated)
            case Inclusion(operand, values, is_negated):
                return self._include(operand, values, is_negated)
            case SemiJoin():
                return self.semi_join(condition)

    def _member(self, operand: Operand, values: tuple[Value, ...], is_negated: bool) -> str:
        parts = self._member_texts(operand, values) or " OR ".join(self._compare(operand, "=", each) for each in values)
        return f"(NOT coalesce({parts}, false))" if is_negated else f"({parts})"

    def _member_texts(self, operand: Operand, values: tuple[Value, ...]) -> str | None:
        """Texts, and only texts, are looked up in one list: a comparison each would be slow for thousands."""
        column, described = self._filterable(operand)
        if described.duckdb_type != "VARCHAR" or described.type == "multipicklist":
            return None
        if not all(isinstance(value, str) for value in values):
            return None
        is_id = described.type in ("id", "reference")
        wanted = [self._id_of(operand, str(each)) if is_id else str(each).lower() for each in values]
        return f"({column if is_id else f'lower({column})'} IN (SELECT unnest({self.context.bind(wanted)}::VARCHAR[])))"

    def _include(self, operand: Operand, values: tuple[str, ...], is_negated: bool) -> str:
        column, described = self._filterable(operand)
        if described.type != "multipicklist":
            self._refuse_operator(operand, "INCLUDES and EXCLUDES are only for multi-select picklist fields")
        chosen = f"string_split(lower({column}), ';')"
        lists = [[each.strip().lower() for each in value.split(";")] for value in values]
        parts = [f"list_has_all({chosen}, {self.context.bind(wanted)}::VARCHAR[])" for wanted in lists]
        joined = " OR ".join(parts)
        return f"(NOT coalesce({joined}, false))" if is_negated else f"({joined})"

    def _compare(self, operand: Operand, operator: str, value: Value) -> str:
        column, described = self._filterable(operand)
        if value is None:
            if operator not in _EQUALITIES:
                self._refuse_operator(operand, f"invalid operator for null: {operator}")
            return f"({column} IS {'NOT ' if operator == '!=' else ''}NULL)"
        if described.type in INSTANTS:
            return self._compare_instant(operand, column, operator, value, described)
        if described.type == "boolean":
            return self._compare_boolean(operand, column, operator, value, described)
        if described.type in NUMBERS:
            return self._compare_number(operand, column, operator, value, described)
        text = value.text if isinstance(value, Pattern) else value
        if not isinstance(text, str):
            self._refuse(operand, described)
        return self._compare_text(operand, column, operator, text, described)

    def _filterable(self, operand: Operand) -> tuple[str, Field]:
        column, described = self.express(operand)
        if not described.is_filterable or described.is_compound:
            message = f"field '{described.name}' can not be filtered in a query call"
            self.context.refuse("INVALID_FIELD", message, _position(operand))
        return column, described

    def _compare_boolean(self, operand: Operand, column: str, operator: str, value: Value, described: Field) -> str:
        if not isinstance(value, bool):
            self._refuse(operand, described)
        if operator not in _EQUALITIES:
            self._refuse_operator(operand, "invalid operator on boolean field")
        return self._plain(f"coalesce({column}, false)", operator, value)

    def _compare_number(self, operand: Operand, column: str, operator: str, value: Value, described: Field) -> str:
        if isinstance(value, Money) and described.type == "currency":
            left, right = self.convert(operand, value)
            return f"({left} {_sign(operator)} {right})"
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(operand, described)
        return self._plain(column, operator, value)

    def _compare_text(self, operand: Operand, column: str, operator: str, text: str, described: Field) -> str:
        if described.type in ("id", "reference"):
            if operator == "LIKE":
                self._refuse_operator(operand, "invalid operator on id field")
            return self._plain(column, operator, self._id_of(operand, text))
        if operator == "LIKE":
            return f"(lower({column}) LIKE {self.context.bind(text.lower())} ESCAPE '\\')"
        if described.type == "multipicklist" and operator in _EQUALITIES:
            wanted = sorted(each.strip().lower() for each in text.split(";"))
            return self._plain(f"list_sort(string_split(lower({column}), ';'))", operator, wanted)
        return self._plain(f"lower({column})", operator, text.lower())

    def _id_of(self, operand: Operand, text: str) -> str:
        if text and (len(text) not in _ID_LENGTHS or not (text.isascii() and text.isalnum())):
            self._refuse_operator(operand, f"invalid ID field: {text}")
        return to_long_id(text)

    def _compare_instant(self, operand: Operand, column: str, operator: str, value: Value, described: Field) -> str:
        if operator == "LIKE":
            self._refuse(operand, described)
        if isinstance(value, DateLiteral) and described.type != "time":
            return self._compare_range(column, operator, value, described)
        kind = INSTANTS[described.type]
        if not isinstance(value, kind) or isinstance(value, datetime) != (described.type == "datetime"):
            self._refuse(operand, described)
        return self._plain(column, operator, value.replace(tzinfo=None) if isinstance(value, datetime) else value)

    def _compare_range(self, column: str, operator: str, value: DateLiteral, described: Field) -> str:
        first, after = days_of(value, self.calendar)
        bounds = {"<": (None, first), "<=": (None, after), ">": (after, None), ">=": (first, None)}
        lower, upper = bounds.get(operator, (first, after))
        parts = []
        for sign, bound in ((">=", lower), ("<", upper)):
            if bound is not None:
                exact = self.calendar.midnight(bound) if described.type == "datetime" else bound
                parts.append(f"{column} {sign} {self.context.bind(exact)}")
        joined = " AND ".join(parts)
        return f"(NOT coalesce({joined}, false))" if operator == "!=" else f"({joined})"

    def _plain(self, column: str, operator: str, value: Any) -> str:
        if operator == "LIKE":
            self.context.refuse("INVALID_QUERY_FILTER_OPERATOR", "invalid operator: LIKE")
        return f"({column} {_sign(operator)} {self.context.bind(value)})"

    def _refuse(self, operand: Operand, described: Field) -> Never:
        kind = _SPELLED.get(described.type, described.type)
        quotes = " and should not be enclosed in quotes" if described.duckdb_type != "VARCHAR" else ""
        message = f"value of filter criterion for field '{described.name}' must be of type {kind}{quotes}"
        self.context.refuse("INVALID_FIELD", message, _position(operand))

    def _refuse_operator(self, operand: Operand, message: str) -> Never:
        self.context.refuse("INVALID_QUERY_FILTER_OPERATOR", message, _position(operand))


def _sign(operator: str) -> str:
    return "IS DISTINCT FROM" if operator == "!=" else operator


def _position(operand: Operand) -> int:
    return operand.position
