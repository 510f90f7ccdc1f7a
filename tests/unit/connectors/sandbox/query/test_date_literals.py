"""SOQL's relative dates as ranges of days."""

from datetime import date, datetime

import pytest

from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.query.date_literals import days_of
from connectors.sandbox.statement import DateLiteral


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        (DateLiteral("TODAY"), date(2026, 3, 18), date(2026, 3, 19)),
        (DateLiteral("YESTERDAY"), date(2026, 3, 17), date(2026, 3, 18)),
        (DateLiteral("TOMORROW"), date(2026, 3, 19), date(2026, 3, 20)),
        (DateLiteral("THIS_WEEK"), date(2026, 3, 15), date(2026, 3, 22)),
        (DateLiteral("LAST_MONTH"), date(2026, 2, 1), date(2026, 3, 1)),
        (DateLiteral("NEXT_MONTH"), date(2026, 4, 1), date(2026, 5, 1)),
        (DateLiteral("THIS_QUARTER"), date(2026, 1, 1), date(2026, 4, 1)),
        (DateLiteral("LAST_FISCAL_QUARTER"), date(2025, 10, 1), date(2026, 1, 1)),
        (DateLiteral("NEXT_YEAR"), date(2027, 1, 1), date(2028, 1, 1)),
        (DateLiteral("LAST_90_DAYS"), date(2025, 12, 18), date(2026, 3, 19)),
        (DateLiteral("LAST_N_DAYS", 7), date(2026, 3, 11), date(2026, 3, 19)),
        (DateLiteral("NEXT_N_DAYS", 7), date(2026, 3, 19), date(2026, 3, 26)),
        (DateLiteral("LAST_N_MONTHS", 2), date(2026, 1, 1), date(2026, 3, 1)),
        (DateLiteral("NEXT_N_QUARTERS", 2), date(2026, 4, 1), date(2026, 10, 1)),
        (DateLiteral("N_DAYS_AGO", 3), date(2026, 3, 15), date(2026, 3, 16)),
        (DateLiteral("N_YEARS_AGO", 1), date(2025, 1, 1), date(2026, 1, 1)),
    ],
)
def test_a_literal_is_a_half_open_range_of_days(literal: DateLiteral, first: date, after: date) -> None:
    assert days_of(literal, Calendar(datetime(2026, 3, 18, 12))) == (first, after)
