"""How many deals start when: growth, season, weekends and a shock to the whole market."""

import numpy as np

from connectors.sandbox.simulate.deals.book import Flags
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints, all_in_office, to_date, weekday

YEARLY_GROWTH = 1.18
SEASON = (0.95, 1.0, 1.1, 0.95, 1.0, 1.05, 0.8, 0.75, 1.1, 1.1, 1.15, 0.95)  # January first
SHOCK_BEGINS_DAYS, SHOCK_ENDS_DAYS = 640, 500  # before the anchor
SHOCK_VOLUME, SHOCK_LOGIT, SHOCK_PACE = 0.85, -0.2, 1.1


def is_shocked(era: Era, days: Ints) -> Flags:
    """Whether each day number lies within the shock: fewer deals start, they win less and take longer."""
    anchor = era.anchored // DAY
    return np.asarray((days >= anchor - SHOCK_BEGINS_DAYS) & (days < anchor - SHOCK_ENDS_DAYS))


def starting_instants(era: Era, count: float, name: str) -> Ints:
    """Sorted instants; `count` is what the three years up to the anchor hold at scale 1."""
    stream = era.stream(name)
    first, last, anchored = era.start // DAY, era.end // DAY, era.anchored // DAY
    days = np.arange(first, last)
    season = np.array([SEASON[to_date(int(day)).month - 1] for day in days])
    weights = YEARLY_GROWTH ** ((days - first) / 365) * season * np.where(weekday(days) < 5, 1.0, 0.02)
    weights = weights * np.where(is_shocked(era, days), SHOCK_VOLUME, 1.0)
    total = round(count * era.scale * weights.sum() / weights[days < anchored].sum())
    chosen = np.sort(stream.choice(days, size=total, p=weights / weights.sum()))
    return np.sort(all_in_office(chosen * DAY, stream))
