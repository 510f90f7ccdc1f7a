"""How numbers, dates and states read."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.delivery import display
from connectors.delivery.pack import ColumnUnit, FigureUnit, Link, Number, Value

S = display.SPACE


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.2, "0"),
        (950, "950"),
        (999.6, f"1{S}K"),
        (1_000, f"1{S}K"),
        (45_300, f"45.3{S}K"),
        (999_960, f"1{S}M"),
        (1_234_567, f"1.2{S}M"),
        (-1_234_567, f"-1.2{S}M"),
        (Decimal("123456789.01"), f"123{S}M"),
        (2_000_000_000, f"2{S}B"),
    ],
)
def test_money_is_short_in_headlines(value: Number, text: str) -> None:
    assert display.short_money(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.45, "rate", f"45{S}%"), (2.44, "ratio", "2.4×"), (1234, "count", "1,234"), (12.4, "days", f"12{S}d")],
)
def test_headline_numbers_carry_their_unit(value: Number, unit: FigureUnit, text: str) -> None:
    assert display.headline(value, unit) == text


def test_what_is_not_known_is_a_dash() -> None:
    assert display.headline(None, "money") == display.words(None, "money") == display.words("", "text") == "–"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("1234567.50"), "money", "1,234,568"),
        (date(2026, 12, 1), "date", "1 Dec 2026"),
        (datetime(2026, 11, 23, 7, 5), "datetime", "Mon 23 Nov 2026, 07:05"),
        ("at_risk", "status", "At risk"),
        ("Won", "status", "Won"),
        ("at_risk", "text", "at_risk"),
        (Link("Deal", None), "text", "Deal"),
        (3, "text", "3"),
    ],
)
def test_cells_read_as_people_write(value: Value, unit: ColumnUnit, text: str) -> None:
    assert display.words(value, unit) == text


def test_the_as_of_line_names_its_time_zone() -> None:
    instant = datetime(2026, 11, 23, 7, tzinfo=ZoneInfo("Europe/Berlin"))
    assert display.as_of_line(instant) == "Mon 23 Nov 2026, 07:00 (Europe/Berlin)"
