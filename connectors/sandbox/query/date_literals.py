"""SOQL's relative dates (`TODAY`, `LAST_N_DAYS:7`, `THIS_FISCAL_QUARTER` …) as half-open ranges of days.

Weeks start on Sunday, as in a US-English org; fiscal periods are those of the org's calendar.
"""

from bisect import bisect_right
from datetime import date, timedelta

from connectors.sandbox.errors import OrgError
from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.statement import DateLiteral

_ONE = timedelta(days=1)
_FIXED = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}


def days_of(literal: DateLiteral, calendar: Calendar) -> tuple[date, date]:
    """First day, and the day after the last one. Raises OrgError for a day that no calendar knows."""
    try:
        return _days_of(literal, calendar)
    except (OverflowError, ValueError) as error:
        message = f"Invalid date literal: {literal.name}:{literal.number} lies outside the calendar"
        raise OrgError("NUMBER_OUTSIDE_VALID_RANGE", message) from error


def _days_of(literal: DateLiteral, calendar: Calendar) -> tuple[date, date]:
    name, today = literal.name, calendar.today
    if name in _FIXED:
        start = today + timedelta(days=_FIXED[name])
        return start, start + _ONE
    if name.endswith("_90_DAYS"):
        return _near_days(name.split("_")[0], 90, today)
    if literal.number is None:
        direction, unit = name.split("_", 1)
        step = {"LAST": -1, "THIS": 0, "NEXT": 1}[direction]
        return _shift(unit, calendar, step), _shift(unit, calendar, step + 1)
    return _numbered(name, literal.number, calendar)


def _numbered(name: str, number: int, calendar: Calendar) -> tuple[date, date]:
    if name.endswith("_AGO"):
        unit = name.removeprefix("N_").removesuffix("S_AGO")
        return _shift(unit, calendar, -number), _shift(unit, calendar, 1 - number)
    direction, _, units = name.split("_", 2)
    if units == "DAYS":
        return _near_days(direction, number, calendar.today)
    unit = units.removesuffix("S")
    if direction == "LAST":
        return _shift(unit, calendar, -number), _shift(unit, calendar, 0)
    return _shift(unit, calendar, 1), _shift(unit, calendar, number + 1)


def _near_days(direction: str, number: int, today: date) -> tuple[date, date]:
    """The last n days end with today; the next n days start tomorrow."""
    if direction == "LAST":
        return today - timedelta(days=number), today + _ONE
    return today + _ONE, today + timedelta(days=number + 1)


def _shift(unit: str, calendar: Calendar, steps: int) -> date:
    """The first day of the unit that lies `steps` after the one of today."""
    today = calendar.today
    if unit == "DAY":
        return today + timedelta(days=steps)
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return sunday + timedelta(weeks=steps)
    if unit.startswith("FISCAL_"):
        return _shift_fiscal(unit, calendar, steps)
    return _shift_months({"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit], today, steps, 1)


def _shift_fiscal(unit: str, calendar: Calendar, steps: int) -> date:
    """By the org's own periods as far as they reach; a standard year goes on beyond them by months."""
    fiscal = calendar.fiscal
    starts = fiscal.quarters if unit == "FISCAL_QUARTER" else fiscal.years
    index = bisect_right(starts, calendar.today) - 1
    if 0 <= index < len(starts) - 1 and 0 <= index + steps < len(starts):
        return starts[index + steps]
    if fiscal.is_custom:
        raise OrgError("MALFORMED_QUERY", f"The custom fiscal calendar holds no {unit} that lies {steps} from today's")
    return _shift_months(3 if unit == "FISCAL_QUARTER" else 12, calendar.today, steps, fiscal.month)


def _shift_months(months: int, today: date, steps: int, first_month: int) -> date:
    """Units of some months, counted from the first day of `first_month`."""
    offset = first_month - 1
    index = (today.year * 12 + today.month - 1 - offset) // months * months + offset + steps * months
    return date(index // 12, index % 12 + 1, 1)
