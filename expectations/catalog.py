"""Which checks there are. Reads declarations only, so that definitions can be built without an engine."""

from collections.abc import Callable, Collection

from expectations.check import Check
from expectations.suites import marts, process_usage, raw

SUITES: dict[str, Callable[[Collection[str]], tuple[Check, ...]]] = {
    raw.SUITE: raw.checks,
    marts.SUITE: lambda _: marts.checks(),
    process_usage.SUITE: lambda _: process_usage.checks(),
}


class UnknownSuiteError(LookupError):
    """A suite was asked for that nobody declared."""

    def __init__(self, suite: str) -> None:
        super().__init__(f"There is no suite {suite!r}. Ask for one of {', '.join(SUITES)}.")
        self.suite = suite


class UncheckedTableError(LookupError):
    """Tables were named that a suite says nothing about, so nothing would be judged."""

    def __init__(self, suite: str, tables: tuple[str, ...]) -> None:
        super().__init__(
            f"The suite {suite!r} has no check on {', '.join(tables)}. Name tables as schema.table, "
            "or declare checks for them in expectations/suites."
        )
        self.suite = suite
        self.tables = tables


def checks(suite: str, *, tables: Collection[str] | None = None) -> tuple[Check, ...]:
    """The checks of a suite, in a stable order: all, or those on `tables` (qualified names).

    The raw suite also has integrity checks for further `raw_salesforce` tables that are named.
    Raises UnknownSuiteError, and UncheckedTableError if a named table has no check.
    """
    if suite not in SUITES:
        raise UnknownSuiteError(suite)
    declared = SUITES[suite](tables or ())
    if tables is None:
        return declared
    unchecked = tuple(sorted(set(tables) - {check.table for check in declared}))
    if unchecked:
        raise UncheckedTableError(suite, unchecked)
    return tuple(check for check in declared if check.table in tables)
