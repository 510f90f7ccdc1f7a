"""The fiscal calendar: quarters of a year that begins in any month, for single days and for arrays of day numbers."""

from datetime import date
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting.era import Ints

MONTHS, QUARTER_MONTHS = 12, 3


def quarter_start(day: date, first_month: int = 1) -> date:
    """The first day of the fiscal quarter that holds `day`, in years that begin with month `first_month`."""
    months = day.year * MONTHS + day.month - 1
    months -= (months - (first_month - 1)) % QUARTER_MONTHS
    return date(months // MONTHS, months % MONTHS + 1, 1)


def next_quarter(day: date) -> date:
    """Three months after `day`, a quarter's first day."""
    months = day.year * MONTHS + day.month - 1 + QUARTER_MONTHS
    return date(months // MONTHS, months % MONTHS + 1, 1)


def fiscal_year(day: date, first_month: int = 1) -> int:
    """Named for the calendar year in which it ends, as Salesforce does by default."""
    return day.year + (first_month > 1 and day.month >= first_month)


def fiscal_quarter(day: date, first_month: int = 1) -> int:
    return (day.month - first_month) % MONTHS // QUARTER_MONTHS + 1


def months_of(days: Any) -> Ints:
    """Months since January 1970 of day numbers."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_days(months: Any) -> Ints:
    """The first day number of months since January 1970."""
    return np.asarray(months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def quarters_of(days: Any, first_month: int = 1) -> Ints:
    """A running number of the fiscal quarter of each day number."""
    return np.asarray((months_of(days) - (first_month - 1)) // QUARTER_MONTHS, dtype=np.int64)


def quarter_ends(days: Any, first_month: int = 1) -> Ints:
    """The last day number of the fiscal quarter that holds each day number."""
    following = (quarters_of(days, first_month) + 1) * QUARTER_MONTHS + first_month - 1
    return np.asarray(first_days(following) - 1, dtype=np.int64)


def month_ends(days: Any) -> Ints:
    """The last day number of the month of each day number."""
    return np.asarray(first_days(months_of(days) + 1) - 1, dtype=np.int64)


def labels_of(days: Any, first_month: int = 1) -> tuple[Ints, Ints]:
    """Fiscal year and quarter within it of each day number."""
    months = months_of(days)
    shifted = months - (first_month - 1)
    years = shifted // MONTHS + 1970 + (first_month > 1)
    return np.asarray(years, dtype=np.int64), np.asarray(shifted % MONTHS // QUARTER_MONTHS + 1, dtype=np.int64)
