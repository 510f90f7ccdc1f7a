"""A pack as one Excel workbook: a summary that can be forwarded as it is, then one sheet per table.

The same pack gives the same bytes: the file's creation date is the pack's as-of instant. Text is
always written as text, so nothing that a user typed can become a formula or a link. Charts are
Excel's own, over the cells of the table. How cells look is in `formats.cells`.
"""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from connectors.delivery import display
from connectors.delivery.formats.cells import Look, Looks, column_width, note_lines, row_height
from connectors.delivery.pack import Figure, Link, Pack, PackColumn, PackFile, PackRow, PackTable, Value

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
SUMMARY = "Summary"
CELL_LIMIT, URL_LIMIT, SHEET_NAME_LIMIT = 32_767, 2_079, 31
FIGURE_HEADINGS = ("", "Now", "Goal", "Gap to goal", "Attained", "Before", "Status", "What it is")
FIGURE_ROLES = {"": "header", "Status": "header_centre", "What it is": "header_indented"}
FIGURE_WIDTHS = (34, 14, 14, 14, 11, 14, 12, 62)
HEADER_ROW = 3


def render(pack: Pack) -> PackFile:
    """The workbook `<pack name>.xlsx`."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, OPTIONS)
    workbook.set_properties(
        {
            "title": pack.title,
            "subject": pack.subtitle,
            "author": "salespulse",
            "created": pack.as_of.replace(tzinfo=None),
        }
    )
    looks = Looks(workbook)
    sheets = _sheet_names(pack.tables)
    summary = workbook.add_worksheet(SUMMARY)
    for table, sheet in zip(pack.tables, sheets, strict=True):
        _write_table(workbook.add_worksheet(sheet), table, pack, looks)
    _write_summary(workbook, summary, pack, sheets, looks)
    workbook.close()
    return PackFile(f"{pack.name}.xlsx", buffer.getvalue(), MEDIA_TYPE)


def _sheet_names(tables: Sequence[PackTable]) -> list[str]:
    names: list[str] = []
    taken = {SUMMARY.lower()}
    for table in tables:
        base = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()[:SHEET_NAME_LIMIT] or "Table"
        name, n = base, 1
        while name.lower() in taken:
            n += 1
            name = f"{base[: SHEET_NAME_LIMIT - len(str(n)) - 1]} {n}"
        taken.add(name.lower())
        names.append(name)
    return names


def _write_summary(workbook: Any, sheet: Any, pack: Pack, sheets: Sequence[str], looks: Looks) -> None:
    _set_page(sheet, pack)
    sheet.fit_to_pages(1, 1)
    for position, width in enumerate(FIGURE_WIDTHS):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, pack.title, looks[Look(role="title")])
    sheet.write_string(1, 0, pack.subtitle, looks[Look(role="subtitle")])
    sheet.write_string(2, 0, f"As of {display.as_of_line(pack.as_of)}", looks[Look(role="subtitle")])
    row = 4
    for position, heading in enumerate(FIGURE_HEADINGS):
        role = FIGURE_ROLES.get(heading, "header_right")
        sheet.write_string(row, position, heading, looks[Look(role=role)])
    for figure in pack.figures:
        row += 1
        _write_figure(sheet, row, figure, looks)
    row = _write_contents(sheet, row + 2, pack, sheets, looks)
    for note in pack.notes:
        sheet.write_string(row, 0, note, looks[Look(role="note")])
        row += 1
    for table, name in zip(pack.tables, sheets, strict=True):
        row = _draw_comparison(workbook, sheet, row + 1, table, name)


def _write_figure(sheet: Any, row: int, figure: Figure, looks: Looks) -> None:
    sheet.set_row(row, max(20, 13 * note_lines(figure.note, FIGURE_WIDTHS[-1])))
    mark = display.STATUS_MARKS[figure.status]
    sheet.write_string(row, 0, figure.label, looks[Look(role="label")])
    numbers = (figure.value, figure.goal, figure.gap)
    for position, value in enumerate(numbers, start=1):
        look = Look(unit=figure.unit, role="strong" if position == 1 else "cell")
        _write_value(sheet, row, position, value, looks, look)
    _write_value(sheet, row, 4, figure.attainment, looks, Look(unit="rate"))
    _write_value(sheet, row, 5, figure.previous, looks, Look(unit=figure.unit, role="faint"))
    state = figure.status if figure.status != "no_goal" else None
    _write_value(sheet, row, 6, state, looks, Look(unit="status", mark=mark))
    sheet.write_string(row, 7, figure.note, looks[Look(role="note_cell")])


def _write_contents(sheet: Any, row: int, pack: Pack, sheets: Sequence[str], looks: Looks) -> int:
    sheet.write_string(row, 0, "In this workbook", looks[Look(role="header")])
    sheet.write_string(row, 1, "Rows", looks[Look(role="header_right")])
    for table, name in zip(pack.tables, sheets, strict=True):
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks[Look(role="link")], table.title)
        sheet.write_number(row, 1, len(table.rows), looks[Look(unit="count")])
    return row + 2


def _draw_comparison(workbook: Any, sheet: Any, row: int, table: PackTable, name: str) -> int:
    """A bar chart over the table's own cells, without the last rows that have nothing to compare.

    Returns the row below it.
    """
    if table.comparison is None:
        return row
    compared = [table.position(series) for series in table.comparison.series]
    drawn = max((n for n, line in enumerate(table.rows, 1) if any(line.values[p] for p in compared)), default=0)
    if not drawn:
        return row
    chart = workbook.add_chart({"type": "bar"})
    first, last = HEADER_ROW + 1, HEADER_ROW + drawn
    category = table.position(table.comparison.category)
    for number, series in enumerate(table.comparison.series):
        position = table.position(series)
        chart.add_series(
            {
                "name": [name, HEADER_ROW, position],
                "categories": [name, first, category, last, category],
                "values": [name, first, position, last, position],
                "fill": {"color": ("#2F5D8A", "#C9D3DE")[number % 2]},
                "gap": 60,
            }
        )
    chart.set_title({"name": table.comparison.title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom"})
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E7EB"}}})
    height = 120 + 34 * drawn
    chart.set_size({"width": 760, "height": min(height, 900)})
    sheet.insert_chart(row, 0, chart)
    return row + min(height, 900) // 20 + 1


def _write_table(sheet: Any, table: PackTable, pack: Pack, looks: Looks) -> None:
    _set_page(sheet, pack)
    sheet.write_string(0, 0, table.title, looks[Look(role="sheet_title")])
    sheet.write_string(1, 0, table.note, looks[Look(role="note")])
    sheet.set_row(HEADER_ROW, 46)
    widths = [column_width(table, position) for position in range(len(table.columns))]
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, widths[position])
        sheet.write_string(HEADER_ROW, position, column.title, looks[Look(role=_header_role(column))])
    for offset, row in enumerate(table.rows, start=HEADER_ROW + 1):
        sheet.set_row(offset, row_height(table.columns, widths, row))
        _write_row(sheet, offset, row, table.columns, looks, role="cell")
    last = HEADER_ROW + len(table.rows)
    if table.total is not None:
        _write_row(sheet, last + 1, table.total, table.columns, looks, role="total")
    if not table.rows:
        sheet.write_string(HEADER_ROW + 1, 0, "Nothing to show.", looks[Look(role="note")])
    sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), len(table.columns) - 1)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)


def _header_role(column: PackColumn) -> str:
    if Look(unit=column.unit).is_number:
        return "header_right"
    return "header_centre" if column.unit in ("status", "severity") else "header"


def _write_row(sheet: Any, offset: int, row: PackRow, columns: Sequence[PackColumn], looks: Looks, role: str) -> None:
    for position, (value, column) in enumerate(zip(row.values, columns, strict=True)):
        mark = row.marks.get(column.name)
        if column.unit == "status" and isinstance(value, str):
            mark = display.STATUS_MARKS.get(value, mark)
        _write_value(sheet, offset, position, value, looks, Look(role=role, unit=column.unit, mark=mark))


def _write_value(sheet: Any, row: int, position: int, value: Value, looks: Looks, look: Look) -> None:
    if value is None or value == "":
        sheet.write_blank(row, position, None, looks[look])
    elif isinstance(value, Link):
        target = value.target
        if target is not None and len(target) <= URL_LIMIT:
            sheet.write_url(row, position, target, looks[Look(role="link")], _fitting(value.text))
        else:
            sheet.write_string(row, position, _fitting(value.text), looks[look])
    elif isinstance(value, str):
        sheet.write_string(row, position, _fitting(display.words(value, look.unit)), looks[look])
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, position, value, looks[look])
    else:
        sheet.write_number(row, position, value, looks[look])


def _fitting(text: str) -> str:
    """What a cell can hold; Excel's limit would otherwise drop the whole text."""
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"


def _set_page(sheet: Any, pack: Pack) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    title = pack.title.replace("&", "&&")[:120]
    sheet.set_footer(f"&L&8 {title}&C&8 as of {display.moment(pack.as_of)}&R&8 &P of &N")
