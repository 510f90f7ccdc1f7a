"""A SOQL statement as a tree of frozen values. Text becomes one in `soql`, SQL is made of it in `query`."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "MIN", "MAX", "AVG"})


@dataclass(frozen=True, slots=True)
class Path:
    """`Name` or, over relationships, `Account.Owner.Name`. `position` is where it stood in the text."""

    parts: tuple[str, ...]
    position: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function: `SUM(Amount) total`, `CALENDAR_YEAR(convertTimezone(CreatedDate))`; `COUNT()` has no argument.

    `name` is in capitals.
    """

    name: str
    argument: "Path | Call | None"
    alias: str | None = None
    position: int = field(default=0, compare=False)

    @property
    def is_aggregate(self) -> bool:
        return self.name in AGGREGATES or (isinstance(self.argument, Call) and self.argument.is_aggregate)

    @property
    def path(self) -> Path | None:
        """The field at the heart of the call."""
        return self.argument.path if isinstance(self.argument, Call) else self.argument


@dataclass(frozen=True, slots=True)
class Distance:
    """`DISTANCE(Place__c, GEOLOCATION(latitude, longitude), 'mi')`, or between two fields."""

    start: Path
    end: "Path | tuple[float, float]"
    unit: str
    alias: str | None = None
    position: int = field(default=0, compare=False)


Operand = Path | Call | Distance


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
class TypeOf:
    """`TYPEOF What WHEN Account THEN Phone ELSE Name END`: the fields to tell, by the parent's object."""

    path: Path
    branches: tuple[tuple[str, tuple[Path, ...]], ...]
    otherwise: tuple[Path, ...] = ()
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Subquery:
    """The child records of each record: `(SELECT Id FROM Contacts)`."""

    statement: "Statement"


Selected = Path | Call | Distance | FieldsOf | Aliased | TypeOf | Subquery


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """`TODAY`, or with a number `LAST_N_DAYS:7`."""

    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency: `USD5000`."""

    code: str
    amount: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """What LIKE compares with. A backslash in `text` takes the next character by the letter."""

    text: str


Value = str | int | float | bool | date | datetime | time | DateLiteral | Money | Pattern | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operand operator value`; the operator is one of = != < <= > >= LIKE, its value a Pattern with LIKE."""

    operand: Operand
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """`operand IN (…)` or `operand NOT IN (…)`."""

    operand: Operand
    values: tuple[Value, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`operand INCLUDES ('a;b', 'c')` or EXCLUDES, on a multi-select picklist."""

    operand: Operand
    values: tuple[str, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class SemiJoin:
    """`operand IN (SELECT …)`, or with NOT IN an anti-join."""

    operand: Operand
    statement: "Statement"
    is_negated: bool
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by `operator`, AND or OR."""

    operator: str
    conditions: tuple["Condition", ...]


Condition = Comparison | Membership | Inclusion | SemiJoin | Negation | Junction


@dataclass(frozen=True, slots=True)
class Ordering:
    operand: Operand
    is_descending: bool = False
    nulls: str | None = None  # FIRST or LAST, if written


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT. `text` is the whole query as it was sent, for messages.

    `aliases` are the names that FROM gives: alias → the path it stands for, empty for the object itself.
    `grouping` says how `group_by` is totalled. `options` are the closing words such as FOR VIEW.
    """

    select: tuple[Selected, ...]
    sobject: str
    where: Condition | None = None
    group_by: tuple[Operand, ...] = ()
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    having: Condition | None = None
    grouping: Literal["", "ROLLUP", "CUBE"] = ""
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scope: str | None = None
    security: str | None = None
    categories: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    options: tuple[str, ...] = ()
    text: str = field(default="", compare=False)
    sobject_position: int = field(default=0, compare=False)

    @property
    def is_aggregate(self) -> bool:
        return bool(self.group_by) or any(isinstance(item, Call) and item.is_aggregate for item in self.select)
