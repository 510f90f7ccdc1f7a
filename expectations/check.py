"""How a suite declares its checks: the facts there are, and the check that puts one on a table.

Declarations are plain values. Turning them into expectations is `translation`'s business.
"""

from dataclasses import dataclass

from expectations.verdict import Severity


@dataclass(frozen=True, slots=True)
class NoRows:
    """Holds while `sql` returns no row; each row it returns is one failure, the worst first.

    `sql` is a DuckDB query, with or without a `with` clause, that reads the judged table as `subject`.
    """

    sql: str


@dataclass(frozen=True, slots=True)
class Unique:
    """Holds while no two rows share the values of `columns`."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotNull:
    """Holds while each row has a value in `column`."""

    column: str


@dataclass(frozen=True, slots=True)
class Between:
    """Holds while every value of `column` that is not NULL lies within the bounds, both included."""

    column: str
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Holds while every value of `column` that is not NULL is one of `values`."""

    column: str
    values: tuple[str, ...]


Fact = NoRows | Unique | NotNull | Between | OneOf


@dataclass(frozen=True, slots=True)
class Check:
    """A fact that should hold on `table` (qualified), under a name that stays.

    `needs` names what else must be there for the check to be judged, as `schema.table` or
    `schema.table.column`. `population` is a query for the one number of judged rows where that is not
    the table's row count.
    """

    suite: str
    name: str
    table: str
    severity: Severity
    description: str
    fact: Fact
    needs: tuple[str, ...] = ()
    population: str | None = None
