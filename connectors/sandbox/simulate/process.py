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
    (("Prospecting", 14), ("Qualification", 21), ("Discovery", 26), ("Proposal", 23), ("Negotiation", 20)),
    (0.28, 0.24, 0.20, 0.16, 0.12),
    0.25,
    24_000,
)
EXPANSION = Process(
    "Expansion",
    "Expansion",
    (("Qualification", 18), ("Proposal", 22), ("Negotiation", 18)),
    (0.4, 0.35, 0.25),
    0.43,
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
