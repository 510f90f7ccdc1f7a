"""The company's sales processes: stages with their defaults, how long they take and how often they win."""

import math
from dataclasses import dataclass

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
    (0.22, 0.20, 0.19, 0.19, 0.20),
    0.25,
    24_000,
)
EXPANSION = Process(
    "Expansion",
    "Expansion",
    (("Qualification", 18), ("Proposal", 22), ("Negotiation", 18)),
    (0.31, 0.34, 0.35),
    0.43,
    11_000,
)
RENEWAL = Process(
    "Renewal",
    "Renewal",
    (("Renewal Review", 45), ("Proposal", 20), ("Negotiation", 15)),
    (0.26, 0.34, 0.40),
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


MEDIAN_DAYS = np.full((len(PROCESSES), len(STAGES)), FOREIGN_STAGE_DAYS)
PLACE_SHARES = np.zeros((len(PROCESSES), int(DEPTHS.max())))  # of the losing, by a stage's place in its process
ORDERS = np.full((len(PROCESSES), len(STAGES)), -1)  # place of a stage among the open ones of its process
for _row, _process in enumerate(PROCESSES):
    _codes = [STAGE_CODES[name] for name, _ in _process.stages]
    ORDERS[_row, _codes] = range(len(_codes))
    MEDIAN_DAYS[_row, _codes] = [days for _, days in _process.stages]
    PLACE_SHARES[_row, : len(_codes)] = _process.lost_shares
