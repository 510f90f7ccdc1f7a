"""The company's sales processes: stages with their defaults, how long they take and how often they win."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

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


STAGE_CODES = {stage.name: code for code, stage in enumerate(STAGES)}
CATEGORIES = tuple(CATEGORY_NAMES)
WON_STAGE, LOST_STAGE, NEGOTIATION = STAGE_CODES[WON], STAGE_CODES[LOST], STAGE_CODES["Negotiation"]
NEW_BUSINESS_CODE, EXPANSION_CODE, RENEWAL_CODE = range(3)
PROBABILITIES = np.array([float(stage.probability) for stage in STAGES])
STAGE_CATEGORIES = np.array([CATEGORIES.index(stage.category) for stage in STAGES])
DEPTHS = np.array([len(process.stages) for process in PROCESSES])
BASE_LOGITS = np.array([process.base_logit for process in PROCESSES])
MEDIAN_AMOUNTS = np.array([process.median_amount for process in PROCESSES])
CYCLES = np.array([sum(days for _, days in process.stages) for process in PROCESSES])
FOREIGN_STAGE_DAYS = 9.0  # in a stage that is none of the process's own


def _by_stage(values: int, missing: float) -> Any:
    """Process × stage: the days (1) or the shares (2) of the process's own stages, else `missing`."""
    table = np.full((len(PROCESSES), len(STAGES)), missing)
    for row, process in enumerate(PROCESSES):
        for (name, days), share in zip(process.stages, process.lost_shares, strict=True):
            table[row, STAGE_CODES[name]] = days if values == 1 else share
    return table


MEDIAN_DAYS, LOST_SHARES = _by_stage(1, FOREIGN_STAGE_DAYS), _by_stage(2, 0.0)
ORDERS = np.full((len(PROCESSES), len(STAGES)), -1)  # place of a stage among the open ones of its process
for _row, _process in enumerate(PROCESSES):
    ORDERS[_row, [STAGE_CODES[name] for name, _ in _process.stages]] = range(len(_process.stages))
