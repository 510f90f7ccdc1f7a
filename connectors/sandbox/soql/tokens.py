"""SOQL text → its tokens, and how Salesforce points at one of them."""

import re
from dataclasses import dataclass

from connectors.sandbox.errors import OrgError

# Words that cannot be an alias: after a field or an object they begin something else.
KEYWORDS = frozenset(
    {"SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "EXCLUDES", "GROUP", "HAVING", "ORDER"}
    | {"BY", "ASC", "DESC", "NULLS", "FIRST", "LAST", "LIMIT", "OFFSET", "USING", "WITH", "FOR", "UPDATE", "ALL"}
    | {"NULL", "TRUE", "FALSE"}
)
EXCERPT = 30  # characters shown on each side of the culprit
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<time>\d\d:\d\d:\d\d(?:\.\d+)?Z)
    | (?P<money>[A-Za-z]{3}\d+\.\d+)
    | (?P<number>[+-]?\d+(?:\.\d+)?|[+-]?\.\d+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?::\d+)?)
    | (?P<symbol><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: `kind` is a group of the pattern above, or `end`."""

    kind: str
    text: str
    position: int
    upper: str


def tokenize(text: str) -> list[Token]:
    """All tokens of `text` and one of kind `end`. Raises OrgError MALFORMED_QUERY at what is none."""
    tokens, position, length = [], 0, len(text.rstrip())
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise OrgError("MALFORMED_QUERY", at_position(text, start, f"unexpected token: '{text[start]}'"))
        found = match[match.lastgroup]
        tokens.append(Token(match.lastgroup, found, match.start(match.lastgroup), found.upper()))
        position = match.end()
    return [*tokens, Token("end", "<EOF>", len(text), "<EOF>")]


def at_position(text: str, position: int, message: str) -> str:
    """`message` the way Salesforce points into a query, with row and column."""
    start = max(position - EXCERPT, 0)
    excerpt = text[start : position + EXCERPT]
    row = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    return f"\n{excerpt}\n{' ' * (position - start)}^\nERROR at Row:{row}:Column:{column}\n{message}"
