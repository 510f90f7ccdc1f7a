"""What a pack holds: headline figures and tables for one reader. Plain frozen values.

How a pack looks is a format's business (`connectors.delivery.formats`), where it goes a channel's
(`connectors.delivery.channels`), what is in it the composer's. No SQL, no rendering.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Status = Literal["on_track", "at_risk", "behind", "no_goal"]
FigureUnit = Literal["money", "count", "rate", "ratio", "days"]
ColumnUnit = Literal[
    "text", "prose", "money", "count", "rate", "ratio", "days", "date", "datetime", "status", "severity"
]
Mark = Literal["good", "warn", "bad"]
Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a web page. Only http and https addresses become links; others stay text."""

    text: str
    url: str | None

    @property
    def target(self) -> str | None:
        if self.url is not None and re.match(r"https?://[^\s]+$", self.url):
            return self.url
        return None


Value = str | int | float | Decimal | date | datetime | Link | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """The one reader of a pack. `email` may be empty: such a pack can be filed but not addressed."""

    id: str
    name: str
    email: str

    @property
    def slug(self) -> str:
        """A folder name: the name in plain letters, and six characters that keep namesakes apart."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "reader"
        return f"{words}-{hashlib.sha256(self.id.encode()).hexdigest()[:6]}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline number. `value` is None where it cannot be known; rates and ratios are 0–1, not percent.

    `goal` and `previous` are in the unit of `value`; `note` says what the number is made of.
    """

    label: str
    value: Number | None
    unit: FigureUnit
    goal: Number | None = None
    previous: Number | None = None
    status: Status = "no_goal"
    note: str = ""

    @property
    def gap(self) -> Decimal | None:
        """What is missing to the goal; negative when it is surpassed."""
        if self.value is None or self.goal is None:
            return None
        return Decimal(str(self.goal)) - Decimal(str(self.value))

    @property
    def attainment(self) -> float | None:
        if self.value is None or self.goal is None or self.goal <= 0:
            return None
        return float(self.value) / float(self.goal)


@dataclass(frozen=True, slots=True)
class PackColumn:
    """A column: `name` for machines, `title` for people. `is_brief` columns also appear in the mail body."""

    name: str
    title: str
    unit: ColumnUnit = "text"
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class PackRow:
    """One row, its values in the order of the columns, and the user whose work it shows.

    `marks` emphasises single cells by column name. A row of a pack without an owner is refused by
    the audience check; rows of a report, which everybody may read, have none.
    """

    values: tuple[Value, ...]
    owner_id: str | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Asks the formats that can draw for a chart of a table: one category column, one or two money columns."""

    title: str
    category: str
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackTable:
    """A table. `note` says how it was chosen (and what was left out), `total` stands below the rows."""

    name: str
    title: str
    columns: tuple[PackColumn, ...]
    rows: tuple[PackRow, ...]
    note: str = ""
    total: PackRow | None = None
    comparison: Comparison | None = None

    def __post_init__(self) -> None:
        for row in (*self.rows, *((self.total,) if self.total else ())):
            if len(row.values) != len(self.columns):
                raise ValueError(f"{self.name}: {len(row.values)} values for {len(self.columns)} columns")

    def position(self, column: str) -> int:
        return [candidate.name for candidate in self.columns].index(column)


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything one reader gets at one delivery. `as_of` is timezone-aware, in the reader's zone.

    `key` names the delivery: the same export for the same reader in the same week has the same key.
    """

    name: str
    title: str
    subtitle: str
    audience: Recipient
    as_of: datetime
    figures: tuple[Figure, ...]
    tables: tuple[PackTable, ...]
    notes: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class PackFile:
    """A rendered file: its name within the pack's folder, its bytes and its media type."""

    name: str
    content: bytes
    media_type: str


def delivery_key(export: str, recipient_id: str, as_of: datetime) -> str:
    """`<export>/<recipient>/<ISO week of as_of>`, e.g. `manager_pack/005…/2026-W47`."""
    year, week, _ = as_of.isocalendar()
    return f"{export}/{recipient_id}/{year}-W{week:02d}"
