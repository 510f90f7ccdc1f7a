"""What a pack's values know about themselves."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.delivery.pack import Figure, Link, PackColumn, PackRow, PackTable, Recipient, delivery_key


def test_the_gap_is_what_is_missing_to_the_goal() -> None:
    figure = Figure("Bookings", Decimal("30.10"), "money", goal=Decimal(80))
    assert figure.gap == Decimal("49.90")
    assert figure.attainment == pytest.approx(0.37625)


def test_without_a_goal_there_is_neither_gap_nor_attainment() -> None:
    figure = Figure("Bookings", 30, "money")
    assert (figure.gap, figure.attainment) == (None, None)


def test_a_goal_of_zero_gives_no_attainment_instead_of_infinity() -> None:
    assert Figure("Bookings", 30, "money", goal=0).attainment is None


def test_the_key_is_the_same_within_a_week_and_differs_between_weeks_readers_and_exports() -> None:
    monday, sunday = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 29, 23, tzinfo=UTC)
    assert delivery_key("e", "m1", monday) == delivery_key("e", "m1", sunday) == "e/m1/2026-W48"
    others = {
        delivery_key("e", "m1", datetime(2026, 11, 30, tzinfo=UTC)),
        delivery_key("e", "m2", monday),
        delivery_key("f", "m1", monday),
    }
    assert len(others | {"e/m1/2026-W48"}) == 4


def test_the_key_takes_the_year_that_the_week_belongs_to() -> None:
    assert delivery_key("e", "m", datetime(2027, 1, 1, tzinfo=UTC)) == "e/m/2026-W53"


def test_namesakes_have_different_folders() -> None:
    assert Recipient("m1", "Ann Lee", "").slug != Recipient("m2", "Ann Lee", "").slug


@pytest.mark.parametrize("name", ["../../etc/passwd", "Ünal Ö'Brien", "山田太郎", "", "a" * 300])
def test_a_folder_name_is_plain_whatever_the_name(name: str) -> None:
    slug = Recipient("m1", name, "").slug
    assert slug.replace("-", "").isalnum()
    assert slug.isascii()
    assert 0 < len(slug) < 80


@pytest.mark.parametrize("url", ["javascript:alert(1)", "internal:Sheet!A1", "file:///etc/passwd", "https://", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert Link("x", url).target is None
    assert Link("x", "https://crm.example.com/006").target == "https://crm.example.com/006"


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        PackTable("t", "T", (PackColumn("a", "A"),), (PackRow((1, 2), "r1"),))
