"""The page: one file, nothing to load, nothing to run."""

import re
from datetime import UTC, datetime

import pytest

from connectors.delivery.formats.html import render
from connectors.delivery.pack import Figure, PackTable
from connectors.delivery.report import Bar, BarChart, Report, Section


@pytest.fixture
def report(table: PackTable) -> Report:
    chart = BarChart("By team", "A note", ("Booked",), (Bar("<b>Ann</b>", (5,), "5"),), "Quota")
    return Report(
        title="Sales <pulse>",
        subtitle="All teams",
        as_of=datetime(2026, 11, 23, 7, tzinfo=UTC),
        figures=(Figure("Bookings", 1_200_000, "money", 2_000_000, None, "behind", "what it is"),),
        sections=(Section("results", "Results", "A lead.", (chart,), (table,)), Section("empty", "Empty", "None.")),
        notes=("A note.",),
    )


@pytest.fixture
def page(report: Report) -> str:
    return render(report).decode()


def test_names_with_markup_are_shown_as_text(page: str) -> None:
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<title>Sales &lt;pulse&gt;</title>" in page


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    assert not re.search(r"<(?:link|img|script|iframe|object|embed)\b|@import|url\(", page)
    assert re.findall(r'(?:href|src)="(?!#)([^"]+)"', page) == ["https://crm.example.com/1"]


def test_the_browser_is_told_to_load_and_run_nothing(page: str) -> None:
    assert "default-src 'none'; style-src 'unsafe-inline'" in page


def test_figures_show_value_goal_and_status(page: str) -> None:
    assert "1.2\u202fM" in page
    assert "of 2\u202fM" in page
    assert '<span class="tag bad">Behind</span>' in page


def test_every_section_can_be_reached(page: str) -> None:
    assert re.findall(r'href="#(\w+)"', page) == re.findall(r'<section id="(\w+)"', page) == ["results", "empty"]


def test_it_adapts_to_dark_screens_and_to_paper(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_same_report_gives_the_same_bytes(report: Report) -> None:
    assert render(report) == render(report)
