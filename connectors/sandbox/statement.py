"""A SOQL statement as a tree of frozen values, and its way back to text. No parsing, no SQL."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Path:
    """`Name` or, over relationships, `Account.Owner.Name`. `position` is where it stood in the text."""

    parts: tuple[str, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate such as `SUM(Amount) total`; `COUNT()` has no argument."""

    name: str
    argument: Path | None
    alias: str | None
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FieldsOf:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    group: str


@dataclass(frozen=True, slots=True)
class Aliased:
    """A grouped field with an alias: `StageName stage`."""

    path: Path
    alias: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A child subquery or TYPEOF: understood, and refused where it is run."""

    kind: str


Selected = Path | Call | FieldsOf | Aliased | Unsupported


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """`TODAY`, or with a number `LAST_N_DAYS:7`."""

    name: str
    number: int | None = None


Value = str | int | float | bool | date | datetime | DateLiteral | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path operator value`; the operator is one of = != < <= > >= LIKE."""

    path: Path
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """`path IN (…)` or `path NOT IN (…)`."""

    path: Path
    values: tuple[Value, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Negation:
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by `operator`, AND or OR."""

    operator: str
    conditions: tuple["Condition", ...]


Condition = Comparison | Membership | Negation | Junction


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path | Call
    is_descending: bool = False
    nulls: str | None = None  # FIRST or LAST, if written


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT. `text` is the query as it was sent, for messages."""

    select: tuple[Selected, ...]
    sobject: str
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    text: str = field(default="", compare=False)
    sobject_position: int = field(default=0, compare=False)

    @property
    def is_aggregate(self) -> bool:
        return bool(self.group_by) or any(isinstance(item, Call) for item in self.select)


def render(statement: Statement) -> str:
    """The statement as SOQL that parses to an equal statement."""
    words = ["SELECT", ", ".join(_render_selected(item) for item in statement.select)]
    words += ["FROM", statement.sobject]
    if statement.where is not None:
        words += ["WHERE", render_condition(statement.where)]
    if statement.group_by:
        words += ["GROUP BY", ", ".join(str(path) for path in statement.group_by)]
    if statement.order_by:
        words += ["ORDER BY", ", ".join(_render_ordering(each) for each in statement.order_by)]
    if statement.limit is not None:
        words += ["LIMIT", str(statement.limit)]
    if statement.offset is not None:
        words += ["OFFSET", str(statement.offset)]
    return " ".join(words)


def render_condition(condition: Condition) -> str:
    match condition:
        case Comparison(path, operator, value):
            return f"{path} {operator} {render_value(value)}"
        case Membership(path, values, is_negated):
            word = "NOT IN" if is_negated else "IN"
            return f"{path} {word} ({', '.join(render_value(value) for value in values)})"
        case Negation(inner):
            return f"NOT ({render_condition(inner)})"
        case Junction(operator, conditions):
            return f" {operator} ".join(f"({render_condition(each)})" for each in conditions)


def render_value(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case DateLiteral(name, number):
            return name if number is None else f"{name}:{number}"
        case str():
            return "'" + "".join(_ESCAPES.get(char, char) for char in value) + "'"
    return format(value, "f") if isinstance(value, float) else str(value)


_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _render_selected(item: Selected) -> str:
    match item:
        case Path():
            return str(item)
        case Call(name, argument, alias):
            return f"{name}({argument or ''})" + (f" {alias}" if alias else "")
        case FieldsOf(group):
            return f"FIELDS({group})"
        case Aliased(path, alias):
            return f"{path} {alias}"
        case Unsupported("TYPEOF"):
            return "TYPEOF What WHEN Account THEN Name END"
    return "(SELECT Id FROM Contacts)"


def _render_ordering(ordering: Ordering) -> str:
    nulls = f" NULLS {ordering.nulls}" if ordering.nulls else ""
    return f"{_render_selected(ordering.path)} {'DESC' if ordering.is_descending else 'ASC'}{nulls}"
