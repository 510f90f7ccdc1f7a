"""What is counted for one period and scope, and the figures that follow from it."""

from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from connectors.sandbox.simulate.truth.waterfall import LEGS

COUNTS = (
    "won_count",
    "lost_count",
    "created_count",
    "qualified_count",
    "open_count",
    "push_count",
    "push_days",
    "push_to_later_month_count",
    "stage_skip_count",
    "stage_regression_count",
    "due_count",
    "slipped_count",
    "slipped_out_count",
    "created_due_count",
    "created_slipped_count",
    "activity_count",
    "call_count",
    "email_count",
    "meeting_count",
    "lead_count",
    "lead_converted_count",
)
AMOUNTS = (
    "bookings",
    "new_bookings",
    "expansion_bookings",
    "renewal_bookings",
    "repeat_bookings",
    "referral_bookings",
    "won_later",
    "lost",
    "created",
    "created_now",
    "qualified",
    "open_pipeline",
    "weighted_pipeline",
    "due",
    "slipped",
    "slipped_out",
    "created_due",
    "created_slipped",
    *(f"waterfall_{leg}" for leg in LEGS),
)


@dataclass(slots=True)
class Tally:
    """Counts by name, amounts in cents by name, the sizes of wins in cents and their cycles in days.

    `qualified_cycles` are those from the qualification on, of wins that qualified before they were won.
    """

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cents: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    sizes: list[int] = field(default_factory=list)
    cycles: list[float] = field(default_factory=list)
    qualified_cycles: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        made: dict[str, Any] = {name: self.counts[name] for name in COUNTS}
        made |= {f"{name}_amount": round(self.cents[name]) / 100 for name in AMOUNTS}
        made["win_rate"] = share(made["won_count"], made["won_count"] + made["lost_count"])
        made["win_value_rate"] = share(made["bookings_amount"], made["bookings_amount"] + made["lost_amount"])
        made["average_deal_amount"] = sum(self.sizes) / len(self.sizes) / 100 if self.sizes else None
        made["median_deal_amount"] = median(self.sizes) / 100 if self.sizes else None
        made["mean_cycle_days"] = fmean(self.cycles) if self.cycles else None
        made["median_cycle_days"] = median(self.cycles) if self.cycles else None
        made["mean_qualified_cycle_days"] = fmean(self.qualified_cycles) if self.qualified_cycles else None
        made["median_qualified_cycle_days"] = median(self.qualified_cycles) if self.qualified_cycles else None
        made["slip_rate"] = share(made["slipped_count"], made["due_count"])
        for name, unit in (("slip_rate", "count"), ("slip_value_rate", "amount")):
            slipped = made[f"slipped_out_{unit}"] + made[f"created_slipped_{unit}"]
            made[f"{name}_with_created"] = share(slipped, made[f"due_{unit}"] + made[f"created_due_{unit}"])
        return made


def share(part: float, whole: float) -> float | None:
    """None of nothing."""
    return part / whole if whole else None
