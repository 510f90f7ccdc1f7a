"""The values a condition compares with: texts, numbers, instants, relative dates, amounts of money."""

import re
from datetime import UTC, date, datetime, time

from connectors.sandbox.soql.reading import Reader
from connectors.sandbox.soql.tokens import Token
from connectors.sandbox.statement import DateLiteral, Money, Pattern, Value

_CONSTANTS: dict[str, Value] = {"NULL": None, "TRUE": True, "FALSE": False}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_PLAIN = frozenset("\"'\\")
_WILDCARDS = frozenset("%_")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_MONEY = re.compile(r"([A-Z]{3})(\d+(?:\.\d+)?)")
_DATE_WORD = re.compile(
    r"(YESTERDAY|TODAY|TOMORROW|(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
    r"|(LAST|NEXT)_90_DAYS)|(((LAST|NEXT)_N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)"
    r"|N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)_AGO):(\d+))"
)


def read_value(reader: Reader) -> Value:
    token = reader.advance()
    match token.kind:
        case "string":
            return read_text(reader, token)
        case "number":
            return float(token.text) if "." in token.text else int(token.text)
        case "date" | "datetime" | "time":
            return _instant(reader, token)
        case "money":
            return _money(reader, token)
        case "word":
            return _from_word(reader, token)
    return reader.fail(token)


def read_pattern(reader: Reader) -> Value:
    """What stands after LIKE: a text whose escaped wildcards are kept apart from the others."""
    if reader.next.kind != "string":
        return read_value(reader)
    token = reader.advance()
    return Pattern(_joined(_ESCAPE.sub(lambda match: _escaped_in_pattern(reader, token, match[1]), token.text[1:-1])))


def read_text(reader: Reader, token: Token) -> str:
    return _joined(_ESCAPE.sub(lambda match: _escaped(reader, token, match[1]), token.text[1:-1]))


def read_count(reader: Reader) -> int:
    """A number after LIMIT or OFFSET."""
    token = reader.advance()
    if token.kind != "number" or not token.text.isdecimal():
        reader.fail(token)
    return int(token.text)


def _from_word(reader: Reader, token: Token) -> Value:
    if token.upper in _CONSTANTS:
        return _CONSTANTS[token.upper]
    if _DATE_WORD.fullmatch(token.upper):
        name, _, number = token.upper.partition(":")
        return DateLiteral(name, int(number) if number else None)
    return _money(reader, token)


def _money(reader: Reader, token: Token) -> Money:
    match = _MONEY.fullmatch(token.upper)
    if match is None:
        reader.fail(token)
    return Money(match[1], float(match[2]))


def _instant(reader: Reader, token: Token) -> date | datetime | time:
    try:
        match token.kind:
            case "date":
                return date.fromisoformat(token.text)
            case "time":
                return time.fromisoformat(token.text).replace(tzinfo=None)
        return datetime.fromisoformat(token.text).astimezone(UTC)
    except (ValueError, OverflowError):
        reader.fail(token)


def _escaped(reader: Reader, token: Token, sequence: str) -> str:
    if len(sequence) > 1:
        return chr(int(sequence[1:], 16))
    if sequence.lower() in _CONTROLS:
        return _CONTROLS[sequence.lower()]
    if sequence in _PLAIN or sequence in _WILDCARDS:
        return sequence
    message = (
        f"Illegal string literal: Invalid string literal {token.text}. Illegal character sequence "
        f"'\\{sequence}' in string literal."
    )
    return reader.fail(token, message)


def _joined(text: str) -> str:
    """The text with its pairs of surrogates, as \\uXXXX writes them, made one character."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped_in_pattern(reader: Reader, token: Token, sequence: str) -> str:
    plain = _escaped(reader, token, sequence)
    return "\\" + plain if plain in ("\\", "%", "_") else plain
