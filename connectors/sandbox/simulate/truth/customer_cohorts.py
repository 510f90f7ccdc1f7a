"""True cohorts of customers: of those first won in a fiscal quarter, how many are left later, and what they are worth.

A customer is left at a quarter's end (or now, while it runs) if any contract runs then. Who left and came back is kept
again; what a customer is worth beyond what it began with is no retention.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, day_number, to_date
from connectors.sandbox.simulate.truth.contracts import Contract
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.tally import share

Worth = dict[int, int]  # cents by number of the quarter, of those at whose end it is a customer


def customer_cohorts(every: Iterable[Contract], quarters: Calendar, today: date) -> list[dict[str, Any]]:
    """One row per quarter in which customers were won and quarter from there on that has begun."""
    accounts: dict[int, list[Contract]] = defaultdict(list)
    for each in every:
        accounts[each.account].append(each)
    now = quarters.number(day_number(today))
    cohorts: dict[int, list[Worth]] = defaultdict(list)
    for owned in accounts.values():
        worth = _worth(owned, quarters, now, today)
        if worth:
            cohorts[min(worth)].append(worth)
    return [
        {
            "cohort_start": to_date(quarters.starts[first]),
            "period_start": to_date(quarters.starts[number]),
            **_row(cohort, first, number),
        }
        for first, cohort in sorted(cohorts.items())
        for number in range(first, now + 1)
    ]


def _worth(owned: list[Contract], quarters: Calendar, now: int, today: date) -> Worth:
    days = [day for contract in owned for day, _ in contract.wins]
    first = quarters.number(day_number(min(days))) if days else now + 1
    found: Worth = {}
    for number in range(first, now + 1):
        last = min(to_date(quarters.end(number) // DAY - 1), today)
        held = [cents for each in owned for day, cents in each.wins if day <= last and each.runs_on(last)]
        if held:
            found[number] = sum(held)
    return found


def _row(cohort: list[Worth], first: int, number: int) -> dict[str, Any]:
    start, end = sum(worth[first] for worth in cohort), sum(worth.get(number, 0) for worth in cohort)
    retained = sum(min(worth.get(number, 0), worth[first]) for worth in cohort)
    kept = sum(number in worth for worth in cohort)
    return {
        "age_quarters": number - first,
        "customer_count": len(cohort),
        "kept_count": kept,
        "start_amount": start / 100,
        "retained_amount": retained / 100,
        "end_amount": end / 100,
        "logo_retention_rate": kept / len(cohort),
        "gross_retention_rate": share(retained, start),
        "net_retention_ratio": share(end, start),
    }
