"""What can be wrong with a file of finance; every message says what happened, why, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN = 10
HELP = "docs/how-to/reconcile-with-finance.md tells what the file has to look like"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on one line (of a Parquet file: row); `remedy` says what to write instead."""

    line: int
    column: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column} {self.value!r}: {self.reason}; {self.remedy}"


class FinanceError(Exception):
    """Anything that keeps a file of finance from being read."""


class NoBookingsFileError(FinanceError):
    """The file is not there, or is none that can be read."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} cannot be read as bookings of finance: {reason}. Point SALESPULSE_FINANCE_BOOKINGS at a CSV or "
            f"Parquet file, or leave it empty to reconcile nothing; {HELP}. Nothing was loaded; what was stays."
        )


class BookingsColumnsError(FinanceError):
    """Columns are missing, or stand there twice."""

    def __init__(self, path: Path, reason: str, found: Sequence[str]) -> None:
        self.path = path
        self.reason = reason
        self.found = tuple(found)
        super().__init__(
            f"{path.name}: {reason}. Its columns are {', '.join(found) or 'none'}. Name them in the first line as "
            f"{HELP.replace('tells what the file has to look like', 'lists them')}. Nothing was loaded; what was stays."
        )


class BookingsValuesError(FinanceError):
    """Lines hold values that are no bookings; all of them are in `problems`."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        listed = "".join(f"\n  - {problem}" for problem in problems[:SHOWN])
        further = f"\n  - and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        super().__init__(
            f"{path.name}: {len(problems)} values cannot be bookings, so no line of it was loaded and what was loaded "
            f"before stays:{listed}{further}\nMend them where the file is made, and run again."
        )
