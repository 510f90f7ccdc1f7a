"""True totals of retention by fiscal quarter and year: customers, what they are worth, and what was renewed.

A customer counts for who owns the account; changes within a period are netted by customer.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.truth.contracts import UNDECIDED, Contract
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.scopes import ScopesOf
from connectors.sandbox.simulate.truth.tally import share

COUNTS = (
    "customer_count",
    "kept_count",
    "new_count",
    "unsized_count",
    "due_count",
    "renewed_count",
    "lost_count",
    "lapsed_count",
    "undecided_count",
)
AMOUNTS = ("start", "new", "expansion", "contraction", "churned", "end", "due", "renewed")
Sums = dict[str, int]


def retention_totals(
    every: Iterable[Contract], calendar: Calendar, scopes_of: ScopesOf, owner_of: Callable[[int], int], today: date
) -> list[dict[str, Any]]:
    """One row per period that has begun and scope in it. `owner_of` tells whose an account is."""
    told = list(every)
    sums: dict[tuple[int, str], Sums] = defaultdict(lambda: dict.fromkeys((*COUNTS, *AMOUNTS), 0))
    accounts: dict[int, list[Contract]] = defaultdict(list)
    for each in told:
        accounts[each.account].append(each)
    first = calendar.number((min((each.start for each in told), default=today) - date(1970, 1, 1)).days)
    for number in range(first, calendar.number((today - date(1970, 1, 1)).days) + 1):
        begin, last = to_date(calendar.starts[number]), to_date(calendar.end(number) // DAY - 1)
        for account, owned in accounts.items():
            counted = _held(owned, begin, min(last, today)) | _due(owned, begin, last)
            for scope in scopes_of(owner_of(account)) if any(counted.values()) else ():
                for name, value in counted.items():
                    sums[number, scope][name] += value
    return [
        {"period_start": to_date(calendar.starts[number]), "scope_id": scope, **_row(each)}
        for (number, scope), each in sorted(sums.items())
    ]


def _held(owned: list[Contract], begin: date, last: date) -> Sums:
    """What one customer held on the eve of a period and on its last day."""
    before = [cents for each in owned for day, cents in each.wins if day < begin and _reaches(each, begin)]
    after = [cents for each in owned for day, cents in each.wins if day <= last and each.runs_on(last)]
    start, end = sum(before), sum(after)
    return {
        "customer_count": bool(before),
        "kept_count": bool(before and after),
        "new_count": bool(after and not before),
        "unsized_count": sum(cents <= 0 for cents in after),
        "start": start,
        "new": 0 if before else end,
        "expansion": max(end - start, 0) if before and after else 0,
        "contraction": max(start - end, 0) if before and after else 0,
        "churned": 0 if after else start,
        "end": end,
    }


def _reaches(contract: Contract, begin: date) -> bool:
    """Whether it still ran on the eve of a day."""
    return contract.ended is None or contract.ended >= begin


def _due(owned: list[Contract], begin: date, last: date) -> Sums:
    """What of one customer was due for renewal in a period, whatever the day of the answer."""
    due = [each for each in owned if begin <= each.due <= last]
    outcomes = [each.outcome for each in due]
    return {
        "due_count": len(due),
        **{f"{name}_count": outcomes.count(name) for name in ("renewed", "lost", "lapsed")},
        "undecided_count": sum(outcome in UNDECIDED for outcome in outcomes),
        "due": sum(each.cents for each in due),
        "renewed": sum(each.cents for each in due if each.outcome == "renewed"),
    }


def _row(sums: Sums) -> dict[str, Any]:
    kept = sums["start"] - sums["churned"] - sums["contraction"]
    return {
        **{name: sums[name] for name in COUNTS},
        **{f"{name}_amount": sums[name] / 100 for name in AMOUNTS},
        "renewal_rate": share(sums["renewed_count"], sums["due_count"]),
        "decided_renewal_rate": share(sums["renewed_count"], sums["due_count"] - sums["undecided_count"]),
        "renewal_value_rate": share(sums["renewed"], sums["due"]),
        "gross_retention_rate": share(kept, sums["start"]),
        "net_retention_ratio": share(kept + sums["expansion"], sums["start"]),
        "logo_retention_rate": share(sums["kept_count"], sums["customer_count"]),
    }


def contract_rows(every: Iterable[Contract]) -> list[dict[str, Any]]:
    """The contracts one by one, and the renewals of unknown ones, as records."""
    return [
        {
            "key": each.key,
            "is_known": bool(each.wins),
            "due": each.due,
            "outcome": each.outcome,
            "ended": each.ended if each.wins else None,
            "amount": each.cents / 100 if each.wins else None,
        }
        for each in every
    ]
