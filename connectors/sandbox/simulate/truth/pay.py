"""True estimates of variable pay: what the company's plan makes of what each seller is credited with in a quarter.

The plan is what the company agreed with its sellers, as the seeds of the models have it: shares of the quota from
which on a tier pays, and behaviours that hold a part of the pay back. Counted deal by deal.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.staff.people import SELLER, Staff
from connectors.sandbox.simulate.truth.deeds import Deeds, Quarter
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.tally import share

TIERS = ((0.0, 0.05, 1.0), (0.75, 0.05, 1.2), (1.0, 0.05, 1.5))  # from which attainment on, rate, accelerator
GATES = {"adherence_rate": (0.7, 0.8), "data_quality_rate": (0.8, 0.8)}  # the least rate, what is paid below it


def pay_estimates(
    credited: dict[Quarter, int],
    asked: dict[Quarter, float],
    deeds: dict[Quarter, Deeds],
    staff: Staff,
    quarters: Calendar,
    now: int,
) -> list[dict[str, Any]]:
    """One row per seller and quarter that has begun with a quota or bookings; both come in cents."""
    last = quarters.number(now // DAY)
    return [
        {
            "owner_id": str(staff.ids[person]),
            "period_start": to_date(quarters.starts[number]),
            **_row(credited.get((person, number), 0), asked.get((person, number)), deeds.get((person, number))),
        }
        for person, number in sorted(credited.keys() | asked.keys())
        if staff.levels[person] == SELLER and number <= last
    ]


def _row(credited: int, quota: float | None, deeds: Deeds | None) -> dict[str, Any]:
    base = quota if quota and quota > 0 else None
    pieces = list(_pieces(credited, base))
    earned = round(sum(cents * TIERS[tier][1] * TIERS[tier][2] for tier, cents in pieces))
    gate_result, payout = _judge(deeds)
    return {
        "credited_bookings_amount": credited / 100,
        "quota_amount": None if quota is None else round(quota) / 100,
        "attainment_ratio": None if base is None else share(credited, base),
        "tier_number": pieces[-1][0] + 1,
        "earned_amount": earned / 100,
        "gate_result": gate_result,
        "payout_ratio": payout,
        "estimated_pay_amount": earned * payout / 100,
    }


def _pieces(credited: int, base: float | None) -> Iterator[tuple[int, float]]:
    """The tiers that are reached, with the cents that lie in each; all in the first without a quota."""
    if base is None:
        yield 0, credited
        return
    bounds = [*(share * base for share, _, _ in TIERS), float("inf")]
    for tier, (begin, end) in enumerate(pairwise(bounds)):
        if tier == 0 or credited >= begin:
            yield tier, min(credited, end) - begin


def _judge(deeds: Deeds | None) -> tuple[str, float]:
    """How the gates ended, and which share is paid out. What cannot be measured holds nothing back."""
    payout, unmeasured = 1.0, False
    for behaviour, (least, missed) in GATES.items():
        told: list[bool] = getattr(deeds, behaviour) if deeds else []
        unmeasured |= not told
        if told and sum(told) / len(told) < least:
            payout = min(payout, missed)
    return "missed" if payout < 1 else "not_measured" if unmeasured else "passed", payout
