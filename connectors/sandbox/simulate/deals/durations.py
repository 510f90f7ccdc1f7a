"""How long visits to stages last, as distributions over whole days: the mathematics behind the drawn ones."""

from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Floats
from connectors.sandbox.simulate.deals.fates import DRIFT_DAYS, DRIFT_SPREAD, LOSING_PACE, SPREAD, Fates, visit_days
from connectors.sandbox.simulate.deals.routes import BLITZ_VISITS, VISITS
from connectors.sandbox.simulate.setting.frames import NONE

# the normal distribution as a table: numpy has none, and this one is exact to seven digits
_REACH, _FINENESS = 9.0, 1_000
_GRID = np.linspace(-_REACH, _REACH, round(2 * _REACH * _FINENESS) + 1)
_DENSITY = np.exp(-_GRID * _GRID / 2) / np.sqrt(2 * np.pi)
_NORMAL = np.concatenate([[0.0], np.cumsum((_DENSITY[1:] + _DENSITY[:-1]) / 2 * np.diff(_GRID))])
_SLOPES = np.append(np.diff(_NORMAL), 0.0)
_LOGS = np.log(np.maximum(np.arange(8_192), 1e-300))  # of whole days; no day at all is as good as never


def normal_cdf(values: Any) -> Floats:
    place = np.clip((np.asarray(values) + _REACH) * _FINENESS, 0, _GRID.size - 1)
    whole = place.astype(np.int32)
    return np.asarray(_NORMAL[whole] + (place - whole) * _SLOPES[whole], dtype=np.float64)


def lognormal_cdf(days: Any, median: Any, spread: float) -> Floats:
    """P(whole days drawn ≤ `days`); 0 for days below 1, since a visit lasts a day at least."""
    return normal_cdf((_LOGS[np.maximum(days, 0)] - np.log(median)) / spread)


class Durations:
    """Distribution functions of the days of each deal's visits: if it goes on, if it is lost, if it drifts."""

    def __init__(self, fates: Fates) -> None:
        self._fates = fates
        self._medians = np.stack(
            [np.where(fates.stages[:, v] == NONE, 1.0, visit_days(fates, v)) for v in range(VISITS)], axis=1
        )

    def going_on(self, visit: Any, days: Any) -> Floats:
        told = lognormal_cdf(days, self._median(visit, days), SPREAD)
        is_instant = self._fates.is_blitz & (np.asarray(visit) < BLITZ_VISITS)
        return np.where(_as_rows(is_instant, days), (np.asarray(days) >= 0) * 1.0, told)

    def losing(self, visit: Any, days: Any) -> Floats:
        return lognormal_cdf(days, LOSING_PACE * self._median(visit, days), SPREAD)

    @staticmethod
    def drifting(days: Any) -> Floats:
        return lognormal_cdf(days, DRIFT_DAYS, DRIFT_SPREAD)

    def _median(self, visit: Any, days: Any) -> Floats:
        return np.asarray(_as_rows(self._medians[np.arange(len(self._fates)), visit], days), dtype=np.float64)


def _as_rows(values: Any, like: Any) -> Any:
    """One value per deal against days: of one day per deal, or of rows of days (one row may stand for all)."""
    return values[:, None] if np.ndim(like) > 1 else values
