"""Functions around fields: aggregates, parts of dates, labels and formats, distances. Their meaning is in `query`."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from connectors.sandbox.soql.reading import Reader
from connectors.sandbox.soql.tokens import Token
from connectors.sandbox.soql.values import read_text
from connectors.sandbox.statement import AGGREGATES, Call, Distance, Operand, Path

DATE_FUNCTIONS = frozenset(
    {"CALENDAR_MONTH", "CALENDAR_QUARTER", "CALENDAR_YEAR", "DAY_IN_MONTH", "DAY_IN_WEEK", "DAY_IN_YEAR", "DAY_ONLY"}
    | {"FISCAL_MONTH", "FISCAL_QUARTER", "FISCAL_YEAR", "HOUR_IN_DAY", "WEEK_IN_MONTH", "WEEK_IN_YEAR"}
)
# What may stand inside which function, beside a plain field.
_INNER: dict[str, AbstractSet[str]] = {
    **{name: frozenset() for name in AGGREGATES | {"TOLABEL", "CONVERTCURRENCY", "CONVERTTIMEZONE", "GROUPING"}},
    **{name: {"CONVERTTIMEZONE"} for name in DATE_FUNCTIONS},
    "FORMAT": AGGREGATES | {"CONVERTCURRENCY"},
}
IN_SELECT = _INNER.keys() - {"CONVERTTIMEZONE"}
IN_WHERE = DATE_FUNCTIONS | {"TOLABEL"}
IN_HAVING = AGGREGATES | DATE_FUNCTIONS | {"GROUPING"}
IN_ORDER = AGGREGATES | DATE_FUNCTIONS | {"GROUPING", "FORMAT"}
UNITS = ("mi", "km")


def read_operand(reader: Reader, allowed: AbstractSet[str]) -> Operand:
    """A field, or one of the allowed functions, or a distance."""
    if reader.after_next.text != "(":
        return reader.path()
    if reader.next.upper == "DISTANCE":
        return _read_distance(reader)
    return read_call(reader, allowed)


def read_call(reader: Reader, allowed: AbstractSet[str]) -> Call:
    token = reader.word()
    if token.upper not in allowed:
        reader.fail(token)
    reader.expect("(")
    argument: Path | Call | None = None
    if reader.after_next.text == "(":
        argument = read_call(reader, _INNER[token.upper])
    elif not (token.upper == "COUNT" and reader.sees(")")):
        argument = reader.path()
    reader.expect(")")
    return Call(token.upper, argument, None, token.position)


def with_alias(reader: Reader, operand: Operand) -> Operand:
    """The function with the alias that follows it, if one does."""
    alias = reader.alias()
    return operand if alias is None or isinstance(operand, Path) else replace(operand, alias=alias)


def _read_distance(reader: Reader) -> Distance:
    token = reader.word()
    reader.expect("(")
    start = reader.path()
    reader.expect(",")
    end = _read_geolocation(reader) if reader.sees("GEOLOCATION") else reader.path()
    reader.expect(",")
    unit = _read_unit(reader, reader.advance())
    reader.expect(")")
    return Distance(start, end, unit, None, token.position)


def _read_geolocation(reader: Reader) -> tuple[float, float]:
    reader.expect("GEOLOCATION", "(")
    latitude = _read_degrees(reader)
    reader.expect(",")
    longitude = _read_degrees(reader)
    reader.expect(")")
    return latitude, longitude


def _read_degrees(reader: Reader) -> float:
    token = reader.advance()
    return float(token.text) if token.kind == "number" else reader.fail(token)


def _read_unit(reader: Reader, token: Token) -> str:
    unit = read_text(reader, token).lower() if token.kind == "string" else ""
    return unit if unit in UNITS else reader.fail(token)
