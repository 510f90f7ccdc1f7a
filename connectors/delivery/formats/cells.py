"""How a workbook's cells look: fonts, colours, number formats and column widths. No writing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.delivery import display
from connectors.delivery.pack import ColumnUnit, Mark, PackColumn, PackRow, PackTable

INK, MUTED, ACCENT, LINE, SHADE = "#1F2933", "#6B7785", "#2F5D8A", "#D5DBE1", "#F3F5F7"
MARK_COLOURS: dict[Mark, tuple[str, str]] = {
    "good": ("#1E6B45", "#E3F3EA"),
    "warn": ("#8A5A00", "#FDF1D6"),
    "bad": ("#A02622", "#FBE4E2"),
}
NUMBER_FORMATS: dict[str, str] = {
    "money": "#,##0",
    "count": "#,##0",
    "rate": "0%",
    "ratio": '0.0"×"',
    "days": "#,##0",
    "date": "yyyy-mm-dd",
    "datetime": "ddd yyyy-mm-dd hh:mm",
}
HEADER = {"bold": True, "font_color": MUTED, "bg_color": SHADE, "bottom": 1, "text_wrap": True, "valign": "bottom"}
ROLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "font_color": INK},
    "sheet_title": {"bold": True, "font_size": 14, "font_color": INK},
    "subtitle": {"font_size": 11, "font_color": MUTED},
    "note": {"font_size": 10, "font_color": MUTED, "italic": True},
    "note_cell": {
        "font_size": 9,
        "font_color": MUTED,
        "text_wrap": True,
        "valign": "vcenter",
        "bottom": 1,
        "indent": 1,
    },
    "header": HEADER,
    "header_right": {**HEADER, "align": "right"},
    "header_centre": {**HEADER, "align": "center"},
    "header_indented": {**HEADER, "align": "left", "indent": 1},
    "label": {"bold": True, "bottom": 1, "valign": "vcenter"},
    "strong": {"bold": True, "font_size": 12, "bottom": 1, "valign": "vcenter"},
    "faint": {"font_color": MUTED, "bottom": 1, "valign": "vcenter"},
    "cell": {"bottom": 1, "valign": "vcenter"},
    "total": {"bold": True, "top": 2, "bg_color": SHADE, "top_color": MUTED},
    "link": {"font_color": ACCENT, "underline": 1, "bottom": 1, "valign": "vcenter"},
}
LINE_POINTS = 15.0
WRAP_SHARE = 0.9  # words do not fill a line to its end
NOTE_LETTERS = 1.2  # small ones, for each of the usual ones
WIDTH_LIMITS: dict[str, tuple[int, int]] = {"text": (12, 36), "prose": (20, 70), "datetime": (22, 22)}


@dataclass(frozen=True, slots=True)
class Look:
    """What decides a cell's format: its role on the sheet, its unit and its emphasis."""

    role: str = "cell"
    unit: ColumnUnit = "text"
    mark: Mark | None = None

    @property
    def is_number(self) -> bool:
        return self.unit in ("money", "count", "rate", "ratio", "days")


class Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[Look, Any] = {}

    def __getitem__(self, look: Look) -> Any:
        if look not in self._made:
            self._made[look] = self._workbook.add_format(properties(look))
        return self._made[look]


def properties(look: Look) -> dict[str, Any]:
    """XlsxWriter's format properties for a look."""
    chosen: dict[str, Any] = {"font_name": "Calibri", "font_color": INK, "bottom_color": LINE, **ROLES[look.role]}
    if look.unit in NUMBER_FORMATS:
        chosen["num_format"] = NUMBER_FORMATS[look.unit]
        chosen["align"] = "right" if look.is_number else "left"
    if look.unit == "prose":
        chosen["text_wrap"] = True
    if look.unit in ("status", "severity"):
        chosen["align"] = "center"
    elif not look.is_number and look.role in ("cell", "link", "total", "header"):
        chosen["align"], chosen["indent"] = "left", 1  # a number to its left ends where this cell begins
    if look.mark is not None:
        chosen["font_color"], chosen["bg_color"] = MARK_COLOURS[look.mark]
    return chosen


def column_width(table: PackTable, position: int) -> float:
    """Wide enough for most of the column's texts, within limits by unit."""
    column = table.columns[position]
    least, most = WIDTH_LIMITS.get(column.unit, (11, 18))
    longest = max((len(display.words(row.values[position], column.unit)) for row in table.rows), default=0)
    heading = max(len(word) for word in column.title.split())
    return min(max(longest + 2, heading + 4, least), most)


def note_lines(note: str, width: float) -> int:
    """The lines that a note in small letters takes in a column of this width."""
    return math.ceil(len(note) / (width * NOTE_LETTERS))


def row_height(columns: Sequence[PackColumn], widths: Sequence[float], row: PackRow) -> float | None:
    """The height in points that a row's wrapped text needs; None if every text fits on one line.

    Excel fits rows by itself when it opens a file, other programs and previews do not.
    """
    lines = max(
        (
            math.ceil(len(value) / (width * WRAP_SHARE))
            for value, column, width in zip(row.values, columns, widths, strict=True)
            if column.unit == "prose" and isinstance(value, str) and value
        ),
        default=1,
    )
    return LINE_POINTS * lines if lines > 1 else None
