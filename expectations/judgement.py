"""Results of Great Expectations as verdicts. An expectation that raised is a failure, never a pass."""

import math
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Protocol

from expectations.check import Check
from expectations.verdict import Verdict

SAMPLE_ROWS = 5


class Result(Protocol):
    """What is read of Great Expectations' validation result."""

    success: bool | None
    result: dict[Any, Any]
    exception_info: dict[Any, Any]


def verdict(check: Check, result: Result, evaluated_count: int) -> Verdict:
    """One result as one verdict."""
    problem = exception_message(result.exception_info)
    if problem is not None:
        return unjudged(check, problem)
    found = result.result
    # Over a table without rows the count is None, and the fact holds.
    failing_count = int(found.get("unexpected_count", found.get("observed_value")) or 0)
    return Verdict(
        suite=check.suite,
        check=check.name,
        table=check.table,
        severity=check.severity,
        is_passed=bool(result.success),
        failing_count=failing_count,
        evaluated_count=evaluated_count,
        sample=_sample(check, found),
        description=check.description,
    )


def unjudged(check: Check, problem: str) -> Verdict:
    """The verdict on a check that could not be evaluated: failed, with severity `error`."""
    return Verdict(
        suite=check.suite,
        check=check.name,
        table=check.table,
        severity="error",
        is_passed=False,
        failing_count=0,
        evaluated_count=0,
        sample=({"exception": problem},),
        description=f"{check.description} This could not be evaluated: {problem}",
    )


def exception_message(info: dict[Any, Any]) -> str | None:
    """What went wrong, None if nothing did.

    Great Expectations gives one exception, or one for each metric that raised.
    """
    if not info:
        return None
    raised = [info] if "raised_exception" in info else [one for one in info.values() if isinstance(one, dict)]
    messages = [str(one.get("exception_message")) for one in raised if one.get("raised_exception")]
    return " | ".join(dict.fromkeys(messages)) if messages else None


def _sample(check: Check, found: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    rows: Iterable[dict[str, Any]] | None = found.get("details", {}).get("unexpected_rows")
    if rows is None:
        column = getattr(check.fact, "column", "value")
        rows = ({column: value} for value in found.get("partial_unexpected_list", ()))
    plain_rows = [{str(name): plain(value) for name, value in row.items()} for row in rows]
    return tuple(plain_rows[:SAMPLE_ROWS])


def plain(value: Any) -> Any:
    """A database value as a JSON value: decimals as numbers, dates and instants in ISO form."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return float(value) if math.isfinite(value) else str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list() | tuple():
            return [plain(one) for one in value]
        case dict():
            return {str(name): plain(one) for name, one in value.items()}
        case _:
            return str(value)
