"""The workbook, read back with another library."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from connectors.delivery.formats.cells import row_height
from connectors.delivery.formats.xlsx import render
from connectors.delivery.pack import Link, Pack, PackColumn, PackRow, PackTable

FIRST_ROW = 5


def read(pack: Pack) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(pack).content))


def sheet(pack: Pack, name: str) -> Worksheet:
    found = read(pack)[name]
    assert isinstance(found, Worksheet)
    return found


def with_text(pack: Pack, table: PackTable, text: str) -> Pack:
    values = (text, text, None, None, None, None, None)
    return replace(pack, tables=(replace(table, title="Deals", rows=(PackRow(values, "r1"),), comparison=None),))


def test_the_summary_comes_first_and_then_a_sheet_for_each_table(pack: Pack) -> None:
    assert read(pack).sheetnames == ["Summary", "Deals  to  inspect  all", "deals  to  inspect  all 2"]


def test_the_summary_shows_the_figure_its_goal_gap_and_status(pack: Pack) -> None:
    summary = sheet(pack, "Summary")
    assert [summary.cell(6, column).value for column in range(1, 9)] == [
        "Bookings",
        1234567.89,
        2_000_000,
        pytest.approx(765432.11),
        pytest.approx(0.617283945),
        900,
        "Behind",
        "=note",
    ]
    assert summary.cell(1, 1).value == "Your team's week"
    assert summary.cell(3, 1).value == "As of Mon 23 Nov 2026, 07:00 (Europe/Berlin)"


def test_a_figure_that_is_not_known_is_an_empty_cell(pack: Pack) -> None:
    summary = sheet(pack, "Summary")
    assert (summary.cell(7, 1).value, summary.cell(7, 2).value) == ("Win rate", None)


def test_the_summary_leads_to_every_sheet(pack: Pack) -> None:
    summary = sheet(pack, "Summary")
    targets = [cell.hyperlink.location for row in summary.iter_rows() for cell in row if cell.hyperlink]
    assert targets == ["'Deals  to  inspect  all'!A1", "'deals  to  inspect  all 2'!A1"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://evil.example", "1e5"])
def test_text_is_never_a_formula_nor_a_link_nor_a_number(pack: Pack, table: PackTable, text: str) -> None:
    cell = sheet(with_text(pack, table, text), "Deals").cell(FIRST_ROW, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_no_cell_of_the_workbook_is_a_formula(pack: Pack) -> None:
    kinds = {cell.data_type for found in read(pack).worksheets for row in found.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_deal_leads_to_its_page_in_the_crm_and_other_schemes_do_not(pack: Pack) -> None:
    deals = read(pack).worksheets[1]
    first, second = deals.cell(FIRST_ROW, 1), deals.cell(FIRST_ROW + 1, 1)
    assert first.hyperlink is not None
    assert (first.value, first.hyperlink.target) == ("=1+1", "https://crm.example.com/1")
    assert (second.value, second.hyperlink) == ("Second", None)


def test_a_table_can_be_filtered_and_its_header_stays_in_sight(pack: Pack) -> None:
    deals = read(pack).worksheets[1]
    assert deals.auto_filter.ref == "A4:G6"
    assert deals.freeze_panes == "B5"


def test_the_total_stands_below_what_is_filtered(pack: Pack) -> None:
    deals = read(pack).worksheets[1]
    assert (deals.cell(7, 1).value, deals.cell(7, 3).value) == ("Both", 1234.5)


def test_money_rates_and_dates_have_their_formats(pack: Pack) -> None:
    deals = read(pack).worksheets[1]
    cells = [deals.cell(FIRST_ROW, column) for column in (3, 5, 6)]
    assert [cell.number_format for cell in cells] == ["#,##0", "0%", "yyyy-mm-dd"]
    assert cells[2].value == datetime(2026, 12, 31)


def test_what_is_bad_stands_out(pack: Pack) -> None:
    deals = read(pack).worksheets[1]
    amount, quota, status = (deals.cell(FIRST_ROW, column) for column in (3, 4, 7))
    assert amount.fill.fgColor.rgb == status.fill.fgColor.rgb == "FFFBE4E2"
    assert quota.fill.fill_type is None


def test_the_comparison_is_drawn_on_the_summary_only_if_there_are_rows(pack: Pack) -> None:
    assert render(pack).content.count(b"xl/charts/chart1.xml") > 0
    assert render(pack).content.count(b"xl/charts/chart2.xml") == 0


def test_who_has_nothing_to_compare_is_not_drawn(pack: Pack, table: PackTable) -> None:
    somebody = PackRow(("Ann", None, None, Decimal(5), None, None, None), "r1")
    nobody = PackRow(("Bob", None, None, None, None, None, None), "r2")
    longer = replace(pack, tables=(replace(table, rows=(somebody, nobody, somebody, nobody)),))
    assert _drawn(longer) == {FIRST_ROW, FIRST_ROW + 2}
    assert render(replace(pack, tables=(replace(table, rows=(nobody,)),))).content.count(b"xl/charts") == 0


def _drawn(pack: Pack) -> set[int]:
    """The first and the last row of the sheet that the chart is of."""
    with zipfile.ZipFile(io.BytesIO(render(pack).content)) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    return {int(row) for row in re.findall(r"\$[A-Z]+\$(\d+)", chart)} - {FIRST_ROW - 1}


def test_a_note_that_wraps_is_shown_whole(pack: Pack) -> None:
    long = replace(pack.figures[0], note="One more word. " * 12)
    summary = sheet(replace(pack, figures=(long, pack.figures[1])), "Summary")
    heights = [summary.row_dimensions[row].height or 0.0 for row in (6, 7)]
    assert heights[0] >= 3 * 12 > heights[1]


def test_a_text_beyond_the_limit_of_a_cell_is_cut_and_not_lost(pack: Pack, table: PackTable) -> None:
    value = sheet(with_text(pack, table, "x" * 40_000), "Deals").cell(FIRST_ROW, 1).value
    assert isinstance(value, str)
    assert len(value) == 32_767
    assert value.endswith("…")


def test_an_address_beyond_the_limit_leaves_the_text(pack: Pack, table: PackTable) -> None:
    row = PackRow((Link("Deal", "https://x.example/" + "a" * 2_100), None, None, None, None, None, None), "r1")
    cell = sheet(replace(pack, tables=(replace(table, title="Deals", rows=(row,)),)), "Deals").cell(FIRST_ROW, 1)
    assert (cell.value, cell.hyperlink) == ("Deal", None)


def test_the_same_pack_gives_the_same_bytes(pack: Pack) -> None:
    assert render(pack).content == render(pack).content


def test_another_number_gives_other_bytes(pack: Pack) -> None:
    figures = (replace(pack.figures[0], value=Decimal(1)),)
    assert render(replace(pack, figures=figures)).content != render(pack).content


def test_a_row_is_as_high_as_its_wrapped_text_needs() -> None:
    columns = (PackColumn("name", "Deal"), PackColumn("reasons", "Why", "prose"))
    assert row_height(columns, [20.0, 40.0], PackRow(("x" * 200, "short"))) is None
    assert row_height(columns, [20.0, 40.0], PackRow(("x", "word " * 20))) == 45.0
