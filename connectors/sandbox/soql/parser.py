"""SOQL text → `Statement`, by recursive descent over the clauses in their order."""

from typing import Any, Literal

from connectors.sandbox.errors import OrgError
from connectors.sandbox.soql.calls import DATE_FUNCTIONS, IN_HAVING, IN_ORDER, IN_WHERE, read_operand
from connectors.sandbox.soql.criteria import read_condition
from connectors.sandbox.soql.reading import Reader
from connectors.sandbox.soql.selection import read_selection
from connectors.sandbox.soql.tokens import KEYWORDS
from connectors.sandbox.soql.values import read_count
from connectors.sandbox.statement import Operand, Ordering, Statement

LONGEST_QUERY = 100_000
SCOPES = frozenset(
    {"DELEGATED", "EVERYTHING", "MINE", "MINE_AND_MY_GROUPS", "MINEANDMYGROUPS", "MY_TERRITORY", "MY_TEAM_TERRITORY"}
    | {"SCOPINGRULE", "TEAM"}
)
SECURITIES = ("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE")
CATEGORY_SELECTORS = ("AT", "ABOVE", "BELOW", "ABOVE_OR_BELOW")
_OBJECT_KEYWORDS = frozenset({"GROUP", "ORDER"})  # there are objects of these names
# Closing words in the order they may come: each row holds alternatives.
_OPTIONS = (
    (("FOR", "VIEW"), ("FOR", "REFERENCE"), ("FOR", "UPDATE")),
    (("FOR", "VIEW"), ("FOR", "REFERENCE"), ("FOR", "UPDATE")),
    (("UPDATE", "TRACKING"), ("UPDATE", "VIEWSTAT")),
    (("ALL", "ROWS"),),
)


def parse(text: str) -> Statement:
    """The statement that `text` spells. Raises OrgError MALFORMED_QUERY."""
    if len(text) > LONGEST_QUERY:
        raise OrgError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST_QUERY} characters.")
    reader = Reader(text)
    statement = _read_statement(reader)
    if reader.next.kind != "end":
        reader.fail()
    return statement


def _read_statement(reader: Reader) -> Statement:
    reader.expect("SELECT")
    select = read_selection(reader, _read_statement)
    reader.expect("FROM")
    position = reader.next.position
    if reader.next.upper in KEYWORDS - _OBJECT_KEYWORDS:
        reader.fail()
    sobject = reader.word().text
    clauses: dict[str, Any] = {"aliases": _read_aliases(reader, sobject)}
    if reader.accept("USING"):
        reader.expect("SCOPE")
        clauses["scope"] = _read_one_of(reader, SCOPES)
    if reader.accept("WHERE"):
        clauses["where"] = read_condition(reader, IN_WHERE, _read_statement)
    clauses |= _read_with(reader)
    clauses |= _read_grouping(reader)
    if reader.accept("ORDER"):
        reader.expect("BY")
        clauses["order_by"] = _read_list(reader, _read_ordering)
    if reader.accept("LIMIT"):
        clauses["limit"] = read_count(reader)
    if reader.accept("OFFSET"):
        clauses["offset"] = read_count(reader)
    options = tuple(found for row in _OPTIONS if (found := _read_option(reader, row)))
    return Statement(select, sobject, options=options, text=reader.text, sobject_position=position, **clauses)


def _read_aliases(reader: Reader, sobject: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`Contact c, c.Account a`: each name with the path that it stands for."""
    known: dict[str, tuple[str, ...]] = {}
    if alias := _read_alias(reader):
        known[alias] = ()
    while reader.accept(","):
        first, *rest = reader.path().parts
        base = next((path for name, path in known.items() if name.lower() == first.lower()), None)
        if base is None:
            base = () if first.lower() == sobject.lower() else (first,)
        path = (*base, *rest)
        known[_read_alias(reader) or path[-1]] = path
    return tuple(known.items())


def _read_alias(reader: Reader) -> str | None:
    if reader.next.kind == "word" and reader.next.upper == "AS":
        reader.advance()
        return reader.name().text
    return reader.alias()


def _read_with(reader: Reader) -> dict[str, Any]:
    if not reader.accept("WITH"):
        return {}
    if not reader.accept("DATA"):
        return {"security": _read_one_of(reader, frozenset(SECURITIES))}
    reader.expect("CATEGORY")
    categories = [_read_category(reader)]
    while reader.accept("AND"):
        categories.append(_read_category(reader))
    return {"categories": tuple(categories)}


def _read_category(reader: Reader) -> tuple[str, str, tuple[str, ...]]:
    group = reader.name().text
    selector = _read_one_of(reader, frozenset(CATEGORY_SELECTORS))
    if not reader.accept("("):
        return group, selector, (reader.name().text,)
    names = _read_list(reader, lambda each: each.name().text)
    reader.expect(")")
    return group, selector, names


def _read_grouping(reader: Reader) -> dict[str, Any]:
    if not reader.accept("GROUP"):
        return {}
    reader.expect("BY")
    kind: Literal["", "ROLLUP", "CUBE"] = ""
    if reader.after_next.text == "(" and reader.sees("ROLLUP", "CUBE"):
        kind = "ROLLUP" if reader.advance().upper == "ROLLUP" else "CUBE"
        reader.expect("(")
    clauses: dict[str, Any] = {"group_by": _read_list(reader, _read_group_key), "grouping": kind}
    if kind:
        reader.expect(")")
    if reader.accept("HAVING"):
        clauses["having"] = read_condition(reader, IN_HAVING, _read_statement)
    return clauses


def _read_group_key(reader: Reader) -> Operand:
    return read_operand(reader, DATE_FUNCTIONS)


def _read_ordering(reader: Reader) -> Ordering:
    operand = read_operand(reader, IN_ORDER)
    is_descending = reader.accept("DESC")
    if not is_descending:
        reader.accept("ASC")
    nulls = _read_one_of(reader, frozenset({"FIRST", "LAST"})) if reader.accept("NULLS") else None
    return Ordering(operand, is_descending, nulls)


def _read_option(reader: Reader, alternatives: tuple[tuple[str, ...], ...]) -> str | None:
    return next((" ".join(words) for words in alternatives if reader.accept(*words)), None)


def _read_one_of(reader: Reader, words: frozenset[str]) -> str:
    token = reader.word()
    return token.upper if token.upper in words else reader.fail(token)


def _read_list(reader: Reader, read: Any) -> tuple[Any, ...]:
    items = [read(reader)]
    while reader.accept(","):
        items.append(read(reader))
    return tuple(items)
