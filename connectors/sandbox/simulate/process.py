"""The company's sales processes: stages with their defaults, how long they take and how often they win."""

import math
from dataclasses import dataclass

WON, LOST = "Closed Won", "Closed Lost"


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    probability: int
    category: str


@dataclass(frozen=True, slots=True)
class Process:
    """`stages` in order with the median days a deal spends in each; `lost_shares`: in which stage deals die."""

    record_type: str
    label: str
    stages: tuple[tuple[str, float], ...]
    lost_shares: tuple[float, ...]
    win_rate: float
    median_amount: float

    @property
    def base_logit(self) -> float:
        return math.log(self.win_rate / (1 - self.win_rate))


STAGES = (
    Stage("Prospecting", 10, "Pipeline"),
    Stage("Renewal Review", 40, "Pipeline"),
    Stage("Qualification", 20, "Pipeline"),
    Stage("Discovery", 35, "Pipeline"),
    Stage("Proposal", 55, "BestCase"),
    Stage("Negotiation", 75, "Forecast"),
    Stage(WON, 100, "Closed"),
    Stage(LOST, 0, "Omitted"),
)
STAGE_BY_NAME = {stage.name: stage for stage in STAGES}
CATEGORY_NAMES = {
    "Omitted": "Omitted",
    "Pipeline": "Pipeline",
    "BestCase": "Best Case",
    "MostLikely": "Most Likely",
    "Forecast": "Commit",
    "Closed": "Closed",
}
NEW_BUSINESS = Process(
    "New_Business",
    "New Business",
    (("Prospecting", 12), ("Qualification", 17), ("Discovery", 22), ("Proposal", 19), ("Negotiation", 17)),
    (0.28, 0.24, 0.20, 0.16, 0.12),
    0.26,
    24_000,
)
EXPANSION = Process(
    "Expansion",
    "Expansion",
    (("Qualification", 14), ("Proposal", 18), ("Negotiation", 14)),
    (0.4, 0.35, 0.25),
    0.45,
    11_000,
)
RENEWAL = Process(
    "Renewal",
    "Renewal",
    (("Renewal Review", 45), ("Proposal", 20), ("Negotiation", 15)),
    (0.3, 0.35, 0.35),
    0.82,
    20_000,
)
PROCESSES = (NEW_BUSINESS, EXPANSION, RENEWAL)
