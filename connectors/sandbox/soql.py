"""SOQL text → `Statement`, by recursive descent. Whether the names exist is `query`'s business."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Never

from connectors.sandbox.errors import OrgError
from connectors.sandbox.statement import (
    Aliased,
    Call,
    Comparison,
    Condition,
    DateLiteral,
    FieldsOf,
    Junction,
    Membership,
    Negation,
    Ordering,
    Path,
    Selected,
    Statement,
    Unsupported,
    Value,
)
from connectors.sandbox.tokens import KEYWORDS, Token, at_position, tokenize

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "MIN", "MAX", "AVG"})
_UNESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_DATE_WORD = re.compile(
    r"(YESTERDAY|TODAY|TOMORROW|(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)"
    r"|(LAST|NEXT)_90_DAYS)|(((LAST|NEXT)_N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)"
    r"|N_(DAYS|WEEKS|MONTHS|QUARTERS|YEARS)_AGO):(\d+))"
)


def parse(text: str) -> Statement:
    """The statement that `text` spells. Raises OrgError MALFORMED_QUERY."""
    return _Parser(text, tokenize(text)).statement()


class _Parser:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = [*tokens, Token("end", "<EOF>", len(text))]
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def statement(self) -> Statement:
        self._expect("SELECT")
        select = [self._selected()]
        while self._accept(","):
            select.append(self._selected())
        self._expect("FROM")
        sobject = self._word()
        if self._next.kind == "word" and self._next.upper not in KEYWORDS:
            self._word()  # an alias of the object is allowed and not needed
        where = self._disjunction() if self._accept("WHERE") else None
        group_by = self._group_by()
        order_by = self._order_by()
        limit = self._count() if self._accept("LIMIT") else None
        offset = self._count() if self._accept("OFFSET") else None
        if self._accept("ALL"):
            self._expect("ROWS")
        if self._next.kind != "end":
            self._fail()
        return Statement(
            tuple(select),
            sobject.text,
            where,
            group_by,
            order_by,
            limit,
            offset,
            self._text,
            sobject.position,
        )

    def _selected(self) -> Selected:
        if self._accept("("):
            self._skip_until(")")
            return Unsupported("subquery")
        if self._next.upper == "FROM":
            self._fail()
        token = self._word()
        if token.upper == "TYPEOF":
            self._skip_until("END")
            return Unsupported("TYPEOF")
        if self._accept("("):
            return self._call(token)
        alias = self._alias()
        path = _path(token)
        return Aliased(path, alias) if alias else path

    def _call(self, token: Token) -> Selected:
        if token.upper == "FIELDS":
            group = self._word().upper
            self._expect(")")
            if group not in ("ALL", "STANDARD", "CUSTOM"):
                self._fail(token)
            return FieldsOf(group)
        call = self._aggregate(token)
        return replace(call, alias=self._alias())

    def _aggregate(self, token: Token) -> Call:
        if token.upper not in AGGREGATES:
            self._fail(token)
        argument = None if self._next.text == ")" else _path(self._word())
        self._expect(")")
        return Call(token.upper, argument, None, token.position)

    def _alias(self) -> str | None:
        if self._next.kind == "word" and self._next.upper not in KEYWORDS:
            return self._word().text
        return None

    def _skip_until(self, closing: str) -> None:
        depth = 1
        while depth:
            token = self._advance()
            if token.kind == "end":
                self._fail(token)
            depth += (token.text == "(" and closing == ")") - (token.upper == closing)

    def _disjunction(self) -> Condition:
        first = self._unary()
        joined = [first]
        operator = self._next.upper
        if operator not in ("AND", "OR"):
            return first
        while self._accept(operator):
            joined.append(self._unary())
        if self._next.upper in ("AND", "OR"):  # Salesforce wants parentheses here
            self._fail()
        return Junction(operator, tuple(joined))

    def _unary(self) -> Condition:
        if self._accept("NOT"):
            return Negation(self._unary())
        if self._accept("("):
            inner = self._disjunction()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        path = _path(self._word())
        if self._accept("NOT"):
            self._expect("IN")
            return Membership(path, self._values(), True)
        if self._accept("IN"):
            return Membership(path, self._values(), False)
        token = self._advance()
        operator = {"<>": "!="}.get(token.text, token.upper)
        if operator not in ("=", "!=", "<", "<=", ">", ">=", "LIKE"):
            self._fail(token)
        return Comparison(path, operator, self._value())

    def _values(self) -> tuple[Value, ...]:
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Value:
        token = self._advance()
        match token.kind:
            case "string":
                return _unescape(token.text[1:-1])
            case "number":
                return float(token.text) if "." in token.text else int(token.text)
            case "date" | "datetime":
                return self._instant(token)
        words: dict[str, Value] = {"NULL": None, "TRUE": True, "FALSE": False}
        if token.kind == "word" and token.upper in words:
            return words[token.upper]
        if token.kind == "word" and _DATE_WORD.fullmatch(token.upper):
            name, _, number = token.upper.partition(":")
            return DateLiteral(name, int(number) if number else None)
        return self._fail(token)

    def _instant(self, token: Token) -> date | datetime:
        try:
            if token.kind == "date":
                return date.fromisoformat(token.text)
            return datetime.fromisoformat(token.text).astimezone(UTC)
        except ValueError:
            self._fail(token)

    def _group_by(self) -> tuple[Path, ...]:
        if not self._accept("GROUP"):
            return ()
        self._expect("BY")
        paths = [_path(self._word())]
        while self._accept(","):
            paths.append(_path(self._word()))
        return tuple(paths)

    def _order_by(self) -> tuple[Ordering, ...]:
        if not self._accept("ORDER"):
            return ()
        self._expect("BY")
        orderings = [self._ordering()]
        while self._accept(","):
            orderings.append(self._ordering())
        return tuple(orderings)

    def _ordering(self) -> Ordering:
        token = self._word()
        path = self._aggregate(token) if self._accept("(") else _path(token)
        is_descending = self._accept("DESC")
        if not is_descending:
            self._accept("ASC")
        nulls = None
        if self._accept("NULLS"):
            nulls = self._word().upper
        return Ordering(path, is_descending, nulls)

    def _count(self) -> int:
        token = self._advance()
        if token.kind != "number" or not token.text.isdecimal():
            self._fail(token)
        return int(token.text)

    def _word(self) -> Token:
        if self._next.kind != "word":
            self._fail()
        return self._advance()

    def _advance(self) -> Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _accept(self, text: str) -> bool:
        if self._next.upper != text or self._next.kind not in ("word", "symbol"):
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._fail()

    def _fail(self, token: Token | None = None) -> Never:
        token = token or self._next
        message = f"unexpected token: '{token.text}'"
        raise OrgError("MALFORMED_QUERY", at_position(self._text, token.position, message))


def _path(token: Token) -> Path:
    return Path(tuple(token.text.split(".")), token.position)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _unescape_one(match[1]), text, flags=re.DOTALL)


def _unescape_one(char: str) -> str:
    """An escaped wildcard keeps its backslash: LIKE needs to know."""
    return _UNESCAPES.get(char, "\\" + char if char in "%_" else char)
