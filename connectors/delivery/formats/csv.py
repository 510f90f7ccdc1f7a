"""A pack's tables as CSV files, one each (RFC 4180: CRLF, quotes where needed, quotes doubled).

They begin with a UTF-8 byte order mark, because a spreadsheet otherwise reads them in a local code
page. Text that a spreadsheet would run as a formula (it begins with = + - @, their full-width
forms, a tab or a carriage return) gets a leading apostrophe: the sign that the cell is text.
Numbers are written bare, rates as 0–1, dates as ISO 8601. The total of a table is left out.
"""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

from connectors.delivery.pack import Link, Pack, PackColumn, PackFile, PackTable, Value

MEDIA_TYPE = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render(pack: Pack) -> tuple[PackFile, ...]:
    """One file per table, named `<table>.csv`."""
    return tuple(PackFile(f"{table.name}.csv", table_bytes(table), MEDIA_TYPE) for table in pack.tables)


def table_bytes(table: PackTable) -> bytes:
    """The header holds column names; a column with links is followed by `<name>_url`; `owner_id` comes last."""
    linked = [any(isinstance(row.values[i], Link) for row in table.rows) for i in range(len(table.columns))]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_header(table.columns, linked), "owner_id"])
    for row in table.rows:
        writer.writerow([*_cells(row.values, linked), row.owner_id or ""])
    return text.getvalue().encode("utf-8-sig")


def _header(columns: tuple[PackColumn, ...], linked: list[bool]) -> list[str]:
    names: list[str] = []
    for column, has_links in zip(columns, linked, strict=True):
        names.append(column.name)
        if has_links:
            names.append(f"{column.name}_url")
    return names


def _cells(values: tuple[Value, ...], linked: list[bool]) -> list[str]:
    cells: list[str] = []
    for value, has_links in zip(values, linked, strict=True):
        cells.append(_cell(value))
        if has_links:
            cells.append((value.target or "") if isinstance(value, Link) else "")
    return cells


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Link):
        return harmless(value.text)
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else repr(value)


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
