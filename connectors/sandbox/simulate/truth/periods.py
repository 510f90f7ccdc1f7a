"""Periods of the fiscal calendar for those who count in plain Python, and months added to days."""

from calendar import monthrange
from datetime import date

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.fiscal import quarter_start

KINDS = ("day", "week", "month", "quarter", "year")


class Calendar:
    """Periods of one kind, numbered in order: days, weeks from Monday, months, fiscal quarters and years."""

    def __init__(self, kind: str, first_month: int, first_day: int, last_day: int) -> None:
        if kind not in KINDS:
            raise ValueError(f"There are no periods of kind {kind!r}; ask for one of {', '.join(KINDS)}.")
        self._first = first_day
        self.starts: list[int] = []
        self._number: list[int] = []
        before = None
        for day in range(first_day, last_day + 1):
            start = self._start(kind, first_month, day)
            if start != before:
                self.starts.append(day if before is not None else (start - date(1970, 1, 1)).days)
                before = start
            self._number.append(len(self.starts) - 1)

    def number(self, day: int) -> int:
        return self._number[min(max(day - self._first, 0), len(self._number) - 1)]

    def begin(self, number: int) -> int:
        """The first second of a period."""
        return self.starts[number] * DAY

    def end(self, number: int) -> int:
        """The first second after a period."""
        last = self._first + len(self._number)
        return (self.starts[number + 1] if number + 1 < len(self.starts) else last) * DAY

    @staticmethod
    def _start(kind: str, first_month: int, day: int) -> date:
        told = to_date(day)
        if kind == "day":
            return told
        if kind == "week":
            return to_date(day - told.weekday())
        if kind == "year":
            return date(told.year - (told.month < first_month), first_month, 1)
        return told.replace(day=1) if kind == "month" else quarter_start(told, first_month)


def later(day: date, by: int) -> date:
    """The same day some months later, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
