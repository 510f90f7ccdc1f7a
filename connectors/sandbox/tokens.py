"""SOQL text → its tokens, and how Salesforce points at one of them."""

import re
from dataclasses import dataclass

from connectors.sandbox.errors import OrgError

KEYWORDS = frozenset(
    {"SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "GROUP", "ORDER", "BY", "LIMIT", "OFFSET"}
    | {"ASC", "DESC", "NULLS", "ALL", "HAVING"}
)
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d*)?|[+-]?\.\d+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?::\d+)?)
    | (?P<symbol><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    position: int

    @property
    def upper(self) -> str:
        return self.text.upper()


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`. Raises OrgError MALFORMED_QUERY at what is none."""
    tokens, position = [], 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise OrgError("MALFORMED_QUERY", at_position(text, start, f"unexpected token: '{text[start]}'"))
        tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    return tokens


def at_position(text: str, position: int, message: str) -> str:
    """`message` the way Salesforce points into a query, with row and column."""
    start = max(position - 30, 0)
    excerpt = text[start : position + 30]
    return f"\n{excerpt}\n{' ' * (position - start)}^\nERROR at Row:1:Column:{position + 1}\n{message}"
