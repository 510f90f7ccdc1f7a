"""The functions that SOQL puts around a field, as SQL: parts of dates, labels, formats, currencies."""

from typing import Never

from connectors.sandbox.metadata.schema import Field, SObject, make_field
from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.query.plan import Context
from connectors.sandbox.query.scope import Joined, Scope
from connectors.sandbox.soql.calls import DATE_FUNCTIONS
from connectors.sandbox.statement import Call, Distance, Operand, Path

_INT = make_field("int", "int")
_DATE = make_field("date", "date")
_PARTS = {
    "CALENDAR_YEAR": "year({0})",
    "CALENDAR_QUARTER": "quarter({0})",
    "CALENDAR_MONTH": "month({0})",
    "DAY_IN_MONTH": "day({0})",
    "DAY_IN_WEEK": "dayofweek({0}) + 1",
    "DAY_IN_YEAR": "dayofyear({0})",
    "DAY_ONLY": "({0})::DATE",
    "HOUR_IN_DAY": "hour({0})",
    "WEEK_IN_MONTH": "(day({0}) - 1) // 7 + 1",
    "WEEK_IN_YEAR": "(dayofyear({0}) - 1) // 7 + 1",
}
_DATETIME_ONLY = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})
_NUMBER_FORMATS = {"currency": "{:,.2f}", "double": "{:,.2f}", "percent": "{:,.0f}%"}


class Expressions:
    """Writes operands over one scope. A path is its column; a compound field the struct of its parts."""

    def __init__(self, context: Context, scope: Scope, calendar: Calendar) -> None:
        self._context = context
        self._scope = scope
        self._calendar = calendar

    def write(self, operand: Operand) -> tuple[str, Field]:
        """The SQL and what it yields. Raises OrgError."""
        if isinstance(operand, Distance):
            return self._refuse_distance(operand)
        if isinstance(operand, Path):
            return self._write_path(operand)
        if operand.name in DATE_FUNCTIONS:
            return self._write_date_part(operand)
        if operand.name == "FORMAT":
            return self._write_format(operand)
        if operand.name == "CONVERTCURRENCY":
            return self._write_converted(operand)
        if operand.name == "TOLABEL":
            return self._write_label(operand)
        return self._context.refuse("MALFORMED_QUERY", f"unexpected token: '{operand.name}'", operand.position)

    def write_corporate(self, path: Path) -> tuple[str, Field]:
        """A field's value, amounts of money in the org's own currency."""
        column, described = self.write(path)
        if described.type != "currency":
            return column, described
        joined, _ = self._scope.resolve(path)
        rate = self.rate_of(joined)
        return (f"({column} / {rate})" if rate else column), described

    def rate_of(self, joined: Joined) -> str | None:
        """The conversion rate of a record's own currency; None in an org of one currency.

        The dated rate at the close date where the org dates them and the record has one.
        """
        schema = self._context.schema
        if "CurrencyType" not in schema or joined.sobject.find("CurrencyIsoCode") is None:
            return None
        code = joined.column("CurrencyIsoCode")
        name = f"rate_{joined.alias}"
        self._scope.add_join(f'LEFT JOIN current."CurrencyType" {name} ON {name}."IsoCode" = {code}')
        rates = [f'{name}."ConversionRate"', "1"]
        if "DatedConversionRate" in schema and joined.sobject.find("CloseDate"):
            day, dated = joined.column("CloseDate"), f"dated_{joined.alias}"
            self._scope.add_join(
                f'LEFT JOIN current."DatedConversionRate" {dated} ON {dated}."IsoCode" = {code} AND '
                f'{dated}."StartDate" <= {day} AND {day} < coalesce({dated}."NextStartDate", DATE \'9999-12-31\')'
            )
            rates.insert(0, f'{dated}."ConversionRate"')
        return f"coalesce({', '.join(rates)})"

    def _write_path(self, path: Path) -> tuple[str, Field]:
        joined, described = self._scope.resolve(path)
        if described.is_compound:
            return _address_struct(joined, described), described
        return joined.column(described.name), described

    def _write_date_part(self, call: Call) -> tuple[str, Field]:
        inner, described = self._write_instant(call)
        if described.type not in ("date", "datetime") or (call.name in _DATETIME_ONLY and described.type == "date"):
            message = f"field '{described.name}' does not support function {call.name}"
            self._context.refuse("INVALID_FIELD", message, call.position)
        sql = self._fiscal_part(call, inner) if call.name.startswith("FISCAL_") else _PARTS[call.name].format(inner)
        return sql, _DATE if call.name == "DAY_ONLY" else _INT

    def _write_instant(self, call: Call) -> tuple[str, Field]:
        if isinstance(call.argument, Path):
            return self.write(call.argument)
        path = _inner_path(call)
        column, described = self.write(path)
        if described.type != "datetime":
            message = f"field '{described.name}' does not support function convertTimezone"
            self._context.refuse("INVALID_FIELD", message, path.position)
        return self._local(column), described

    def _fiscal_part(self, call: Call, inner: str) -> str:
        fiscal = self._calendar.fiscal
        if fiscal.is_custom:
            message = f"{call.name} is not supported in an organization with custom fiscal years"
            self._context.refuse("MALFORMED_QUERY", message, call.position)
        shifted = f"({inner} - INTERVAL {fiscal.month - 1} MONTH)"
        if call.name == "FISCAL_YEAR":
            ends_later = fiscal.month > 1 and not fiscal.is_named_by_start
            return f"year{shifted}" + (" + 1" if ends_later else "")
        # the month is shifted by itself: taking months off 31 May may land on the 28th, never in another month
        return f"quarter{shifted}" if call.name == "FISCAL_QUARTER" else f"month{shifted}"

    def _write_label(self, call: Call) -> tuple[str, Field]:
        column, described = self.write(_inner_path(call))
        if described.type not in ("picklist", "multipicklist", "string", "combobox"):
            message = f"field '{described.name}' does not support function toLabel"
            self._context.refuse("INVALID_FIELD", message, call.position)
        return column, described

    def _write_converted(self, call: Call) -> tuple[str, Field]:
        path = _inner_path(call)
        column, described = self.write_corporate(path)
        if described.type != "currency":
            message = f"field '{described.name}' does not support function convertCurrency"
            self._context.refuse("INVALID_FIELD", message, call.position)
        return column, described

    def _write_format(self, call: Call) -> tuple[str, Field]:
        assert call.argument is not None
        column, described = self.write(call.argument)
        joined, _ = self._scope.resolve(_inner_path(call))
        is_converted = isinstance(call.argument, Call)
        return self.format(column, described, None if is_converted else joined), make_field(described.name, "string")

    def format(self, column: str, described: Field, joined: Joined | None) -> str:
        """A value as a US-English user reads it, amounts with the currency of the record that holds them."""
        if described.type in _NUMBER_FORMATS:
            shown = f"format('{_NUMBER_FORMATS[described.type]}', ({column})::DOUBLE)"
            return _currency_mark(joined) + shown if described.type == "currency" else shown
        if described.duckdb_type == "BIGINT":
            return f"format('{{:,}}', {column})"
        if described.type == "date":
            return f"strftime({column}, '%-m/%-d/%Y')"
        if described.type == "datetime":
            return f"strftime({self._local(column)}, '%-m/%-d/%Y, %-I:%M %p')"
        return f"({column})::VARCHAR"

    def _local(self, column: str) -> str:
        """An instant as the clock on the wall showed it. A literal: GROUP BY has to see the same expression."""
        zone = self._calendar.zone.replace("'", "''")
        return f"timezone('{zone}', timezone('UTC', {column}))"

    def _refuse_distance(self, distance: Distance) -> Never:
        _, described = self._scope.resolve(distance.start)
        message = (
            f"DISTANCE is not supported on field '{described.name}': this organization stores no geolocations "
            "that distances can be measured from"
        )
        self._context.refuse("INVALID_FIELD", message, distance.position)


def _inner_path(call: Call) -> Path:
    path = call.path
    assert path is not None, f"{call.name} without a field does not parse"
    return path


def _currency_mark(joined: Joined | None) -> str:
    if joined is None or joined.sobject.find("CurrencyIsoCode") is None:
        return "'$' || "
    return f"coalesce({joined.column('CurrencyIsoCode')} || ' ', '$') || "


def _address_struct(joined: Joined, compound: Field) -> str:
    parts = _parts_of(joined.sobject, compound)
    prefix = compound.name.removesuffix("Address")
    members = ", ".join(f"{_member(each.name.removeprefix(prefix))} := {joined.column(each.name)}" for each in parts)
    some = ", ".join(f"{joined.column(each.name)}::VARCHAR" for each in parts)
    return f"CASE WHEN coalesce({some}) IS NOT NULL THEN struct_pack({members}) END" if parts else "NULL"


def _parts_of(sobject: SObject, compound: Field) -> list[Field]:
    return [each for each in sobject.fields if each.compound == compound.name]


def _member(name: str) -> str:
    return name[0].lower() + name[1:]
