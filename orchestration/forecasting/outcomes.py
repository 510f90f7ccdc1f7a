"""What the open deals of a quarter may bring, from each deal's chance to be won.

Every deal is drawn as won or lost, many times; a scope's outcome in one draw is the sum of its own
deals in that draw. So the outcomes of reps add up to their team's, and teams' to the company's, draw
by draw. Deals are taken as independent, amounts and close dates as certain, and deals that do not
exist yet are not counted: the range is therefore narrower than the truth, and is labelled so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Amounts = NDArray[np.float64]
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Range:
    """Mean and quantiles of an outcome, in the currency of the amounts."""

    mean: float
    p10: float
    p50: float
    p90: float

    def plus(self, certain: float) -> "Range":
        """The same range on top of what is already won."""
        return Range(self.mean + certain, self.p10 + certain, self.p50 + certain, self.p90 + certain)


def draw_outcomes(amounts: Amounts, chances: Amounts, *, draws: int, seed: int) -> Amounts:
    """Won amount per draw and deal, shape (draws, deals). `chances` are 0–1.

    Raises ValueError if the shapes differ or a chance is outside 0–1.
    """
    if amounts.shape != chances.shape:
        raise ValueError(f"{amounts.size} amounts do not match {chances.size} chances: give one chance per deal")
    if chances.size and not (np.all(chances >= 0) and np.all(chances <= 1)):
        raise ValueError("a chance is outside 0–1: rates are stored as ratios, not percent")
    random = np.random.default_rng(seed)
    won = random.random((draws, amounts.size)) < chances
    return won * amounts


def summarize(outcomes: Amounts, members: NDArray[np.bool_]) -> Range:
    """The range of the summed outcomes of those deals for which `members` (shape (deals,)) is true."""
    totals = outcomes[:, members].sum(axis=1)
    p10, p50, p90 = np.quantile(totals, QUANTILES)
    return Range(float(totals.mean()), float(p10), float(p50), float(p90))
