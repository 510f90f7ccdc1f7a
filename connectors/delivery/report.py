"""What a report holds: figures, and sections of charts and tables, for everybody. Plain frozen values.

How it is drawn is a format's business (`formats.html`, `formats.svg`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from connectors.delivery.pack import Figure, PackTable


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a column chart. `is_partial` marks a period that is not over yet."""

    label: str
    value: float
    goal: float | None = None
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Money per period, with the goal of each period as a mark."""

    title: str
    note: str
    value_name: str
    goal_name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: money by day, in order of the days."""

    name: str
    points: tuple[tuple[date, float], ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Money over days, one or two lines over the same days."""

    title: str
    note: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar of stacked parts; `goal` is a mark across it, `caption` stands at its end."""

    label: str
    parts: tuple[float, ...]
    caption: str
    goal: float | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Stacked horizontal bars, in their order, with a heading wherever `group` changes."""

    title: str
    note: str
    part_names: tuple[str, ...]
    bars: tuple[Bar, ...]
    goal_name: str = ""


Chart = ColumnChart | LineChart | BarChart


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the report: a sentence on what it shows, then charts side by side, then tables."""

    name: str
    title: str
    lead: str
    charts: tuple[Chart, ...] = ()
    tables: tuple[PackTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole page. `as_of` is timezone-aware, in the reporting time zone."""

    title: str
    subtitle: str
    as_of: datetime
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
