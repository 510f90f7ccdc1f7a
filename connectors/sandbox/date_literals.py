"""SOQL's relative dates (`TODAY`, `LAST_N_DAYS:7`, `THIS_QUARTER` …) as half-open ranges of days.

Weeks start on Sunday and the fiscal year on 1 January, as in a US-English org.
"""

from datetime import date, timedelta

from connectors.sandbox.statement import DateLiteral

_ONE = timedelta(days=1)


def days_of(literal: DateLiteral, today: date) -> tuple[date, date]:
    """First day, and the day after the last one."""
    name = literal.name.replace("FISCAL_", "")
    fixed = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
    if name in fixed:
        start = today + timedelta(days=fixed[name])
        return start, start + _ONE
    if name.endswith("_90_DAYS"):
        return _near_days(name.split("_")[0], 90, today)
    if literal.number is None:
        direction, unit = name.split("_", 1)
        step = {"LAST": -1, "THIS": 0, "NEXT": 1}[direction]
        return _shift(unit, today, step), _shift(unit, today, step + 1)
    return _numbered(name, literal.number, today)


def _numbered(name: str, number: int, today: date) -> tuple[date, date]:
    if name.endswith("_AGO"):
        unit = name.split("_")[1].removesuffix("S")
        return _shift(unit, today, -number), _shift(unit, today, 1 - number)
    direction, _, units = name.split("_", 2)
    if units == "DAYS":
        return _near_days(direction, number, today)
    unit = units.removesuffix("S")
    if direction == "LAST":
        return _shift(unit, today, -number), _shift(unit, today, 0)
    return _shift(unit, today, 1), _shift(unit, today, number + 1)


def _near_days(direction: str, number: int, today: date) -> tuple[date, date]:
    """The last n days end with today; the next n days start tomorrow."""
    if direction == "LAST":
        return today - timedelta(days=number), today + _ONE
    return today + _ONE, today + timedelta(days=number + 1)


def _shift(unit: str, today: date, steps: int) -> date:
    """The first day of the unit that lies `steps` after the one of `today`."""
    if unit == "DAY":
        return today + timedelta(days=steps)
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return sunday + timedelta(weeks=steps)
    if unit == "YEAR":
        return date(today.year + steps, 1, 1)
    months = 3 if unit == "QUARTER" else 1
    index = today.year * 12 + (today.month - 1) // months * months + steps * months
    return date(index // 12, index % 12 + 1, 1)
