"""What a check says after it ran. Plain values only: whoever reads them needs no Great Expectations."""

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check on one table, judged.

    `table` is qualified (`marts.fct_opportunities`). `failing_count` is the true count of failing
    rows however many there are, `evaluated_count` the count of rows that were judged; both are 0 when
    the check could not be evaluated at all, which is never a pass. `sample` holds at most five
    failing rows of JSON values (dates and instants in ISO form, decimals as numbers). `error` means
    that what follows must not run on this data; `warning` that somebody should look.
    """

    suite: str
    check: str
    table: str
    severity: Severity
    is_passed: bool
    failing_count: int
    evaluated_count: int
    sample: tuple[dict[str, Any], ...]
    description: str
