"""The conditions of WHERE and HAVING."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from connectors.sandbox.soql.calls import read_operand
from connectors.sandbox.soql.reading import Reader
from connectors.sandbox.soql.values import read_pattern, read_text, read_value
from connectors.sandbox.statement import (
    Comparison,
    Condition,
    Inclusion,
    Junction,
    Membership,
    Negation,
    Operand,
    SemiJoin,
    Statement,
    Value,
)

COMPARATORS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "LIKE": "LIKE"}
ReadStatement = Callable[[Reader], Statement]


def read_condition(reader: Reader, functions: AbstractSet[str], read_select: ReadStatement) -> Condition:
    """A whole condition. AND and OR beside each other want parentheses, and so does NOT beside either."""
    if reader.accept("NOT"):
        return Negation(_read_simple(reader, functions, read_select))
    joined = [_read_simple(reader, functions, read_select)]
    operator = reader.next.upper
    if not reader.sees("AND", "OR"):
        return joined[0]
    while reader.accept(operator):
        joined.append(_read_simple(reader, functions, read_select))
    if reader.sees("AND", "OR"):
        reader.fail()
    return Junction(operator, tuple(joined))


def _read_simple(reader: Reader, functions: AbstractSet[str], read_select: ReadStatement) -> Condition:
    if not reader.accept("("):
        return _read_comparison(reader, functions, read_select)
    inner = read_condition(reader, functions, read_select)
    reader.expect(")")
    return inner


def _read_comparison(reader: Reader, functions: AbstractSet[str], read_select: ReadStatement) -> Condition:
    operand = read_operand(reader, functions)
    if reader.sees("IN", "NOT"):
        is_negated = reader.accept("NOT")
        reader.expect("IN")
        return _read_membership(reader, operand, is_negated, read_select)
    if reader.sees("INCLUDES", "EXCLUDES"):
        is_negated = reader.advance().upper == "EXCLUDES"
        return Inclusion(operand, _read_texts(reader), is_negated)
    token = reader.advance()
    if token.upper not in COMPARATORS:
        reader.fail(token)
    value = read_pattern(reader) if token.upper == "LIKE" else read_value(reader)
    return Comparison(operand, COMPARATORS[token.upper], value)


def _read_membership(reader: Reader, operand: Operand, is_negated: bool, read_select: ReadStatement) -> Condition:
    position = reader.next.position
    reader.expect("(")
    if reader.sees("SELECT"):
        statement = read_select(reader)
        reader.expect(")")
        return SemiJoin(operand, statement, is_negated, position)
    values: list[Value] = [read_value(reader)]
    while reader.accept(","):
        values.append(read_value(reader))
    reader.expect(")")
    return Membership(operand, tuple(values), is_negated)


def _read_texts(reader: Reader) -> tuple[str, ...]:
    reader.expect("(")
    texts = [_read_text(reader)]
    while reader.accept(","):
        texts.append(_read_text(reader))
    reader.expect(")")
    return tuple(texts)


def _read_text(reader: Reader) -> str:
    token = reader.advance()
    return read_text(reader, token) if token.kind == "string" else reader.fail(token)
