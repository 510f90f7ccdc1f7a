"""Queries: the fields in their order, a half-open window, nothing that stops chunking."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.salesforce.soql import literal, select

START = datetime(2026, 11, 1, 8, 30, 0, 123999, tzinfo=UTC)
END = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_everything_is_selected_without_a_window() -> None:
    assert select("User", ["Id", "Name"], cursor_field="SystemModstamp") == "SELECT Id, Name FROM User"


def test_the_window_takes_its_lower_bound_and_leaves_its_upper() -> None:
    assert select("User", ["Id"], cursor_field="SystemModstamp", start=START, end=END) == (
        "SELECT Id FROM User WHERE SystemModstamp >= 2026-11-01T08:30:00.123Z"
        " AND SystemModstamp < 2026-11-22T09:00:00.000Z"
    )


def test_a_window_needs_a_field() -> None:
    with pytest.raises(ValueError, match="User"):
        select("User", ["Id"], end=END)


def test_instants_are_written_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    assert literal(datetime(2026, 11, 22, 10, tzinfo=paris)) == "2026-11-22T09:00:00.000Z"
    with pytest.raises(ValueError, match="time zone"):
        literal(datetime(2026, 11, 22))
