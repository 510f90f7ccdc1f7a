"""SOQL's relative dates as ranges of days."""

from datetime import date, datetime, timedelta

import pytest

from connectors.sandbox.errors import OrgError
from connectors.sandbox.query.calendar import Calendar, FiscalYear
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


@pytest.mark.parametrize(
    ("literal", "first", "after"),
    [
        (DateLiteral("THIS_FISCAL_YEAR"), date(2026, 2, 1), date(2027, 2, 1)),
        (DateLiteral("LAST_FISCAL_YEAR"), date(2025, 2, 1), date(2026, 2, 1)),
        (DateLiteral("THIS_FISCAL_QUARTER"), date(2026, 2, 1), date(2026, 5, 1)),
        (DateLiteral("NEXT_N_FISCAL_QUARTERS", 2), date(2026, 5, 1), date(2026, 11, 1)),
        (DateLiteral("LAST_N_FISCAL_YEARS", 2), date(2024, 2, 1), date(2026, 2, 1)),
        (DateLiteral("N_FISCAL_QUARTERS_AGO", 1), date(2025, 11, 1), date(2026, 2, 1)),
        (DateLiteral("N_FISCAL_YEARS_AGO", 0), date(2026, 2, 1), date(2027, 2, 1)),
        (DateLiteral("THIS_QUARTER"), date(2026, 1, 1), date(2026, 4, 1)),
        (DateLiteral("N_WEEKS_AGO", 1), date(2026, 3, 8), date(2026, 3, 15)),
        (DateLiteral("N_MONTHS_AGO", 15), date(2024, 12, 1), date(2025, 1, 1)),
        (DateLiteral("NEXT_90_DAYS"), date(2026, 3, 19), date(2026, 6, 17)),
    ],
)
def test_fiscal_periods_start_with_the_org_s_month(literal: DateLiteral, first: date, after: date) -> None:
    assert days_of(literal, Calendar(datetime(2026, 3, 18, 12), fiscal=FiscalYear(month=2))) == (first, after)


def test_today_is_the_day_in_the_org_s_time_zone() -> None:
    late = datetime(2026, 3, 18, 23, 30)
    assert days_of(DateLiteral("TODAY"), Calendar(late, "Pacific/Auckland"))[0] == date(2026, 3, 19)
    assert days_of(DateLiteral("TODAY"), Calendar(late, "America/New_York"))[0] == date(2026, 3, 18)
    assert Calendar(late, "America/New_York").midnight(date(2026, 3, 8)) == datetime(2026, 3, 8, 5)
    assert Calendar(late, "America/New_York").midnight(date(2026, 3, 9)) == datetime(2026, 3, 9, 4)


def test_a_custom_fiscal_year_goes_by_its_own_periods_and_no_further() -> None:
    starts = tuple(date(2025, 1, 5) + timedelta(weeks=13 * number) for number in range(9))
    calendar = Calendar(datetime(2026, 3, 18, 12), fiscal=FiscalYear(quarters=starts, years=starts[::4]))
    assert days_of(DateLiteral("THIS_FISCAL_QUARTER"), calendar) == (date(2026, 1, 4), date(2026, 4, 5))
    assert days_of(DateLiteral("LAST_FISCAL_YEAR"), calendar) == (date(2025, 1, 5), date(2026, 1, 4))
    with pytest.raises(OrgError, match="custom fiscal calendar"):
        days_of(DateLiteral("N_FISCAL_QUARTERS_AGO", 9), calendar)


def test_a_zone_that_is_none_says_so() -> None:
    with pytest.raises(OrgError, match="TimeZoneSidKey 'Mars/Olympus' is no time zone"):
        days_of(DateLiteral("TODAY"), Calendar(datetime(2026, 3, 18, 12), "Mars/Olympus"))
