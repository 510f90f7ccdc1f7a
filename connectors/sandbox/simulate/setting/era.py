"""The span of simulated time, its random streams, and working hours. Instants are integer UTC seconds."""

import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
HOUR = 3_600
OPENS, CLOSES = 8 * HOUR, 18 * HOUR
SATURDAY = 5
PAST_YEARS, FUTURE_DAYS = 3, 366
EPOCH = date(1970, 1, 1)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Era:
    """Three years up to the anchor day and one year after it, and what may be set about the company.

    `adherence_effect` is what following the process adds to the logit of winning, `fiscal_month` the month in
    which fiscal years begin, `rates` replaces entries of `blemishes.RATES`.
    """

    seed: int
    scale: float
    anchor: date
    adherence_effect: float = 0.6
    fiscal_month: int = 1
    has_currencies: bool = False
    rates: Mapping[str, float] = field(default_factory=dict)

    @property
    def first_date(self) -> date:
        return self.anchor - timedelta(days=PAST_YEARS * 365 + 1)

    @property
    def start(self) -> int:
        return day_number(self.first_date) * DAY

    @property
    def anchored(self) -> int:
        return day_number(self.anchor) * DAY

    @property
    def end(self) -> int:
        return self.anchored + FUTURE_DAYS * DAY

    def stream(self, name: str) -> np.random.Generator:
        """A random stream of its own per name, so that one part's draws never shift another's."""
        entropy = [self.seed, round(self.scale * 10_000), self.anchor.toordinal(), zlib.crc32(name.encode())]
        return np.random.default_rng(entropy)

    def dice(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.scale}/{self.anchor}/{name}")

    def count(self, at_scale_one: float, least: int = 1) -> int:
        return max(least, round(at_scale_one * self.scale))


def day_number(day: date) -> int:
    return (day - EPOCH).days


def to_date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def weekday(day: Any) -> Any:
    """Monday is 0; 1 January 1970 was a Thursday."""
    return (day + 3) % 7


def in_office(at: int, dice: random.Random) -> int:
    """An instant in working hours on the day of `at`, or on the Monday after a weekend."""
    day = at // DAY
    late = weekday(day)
    if late >= SATURDAY:
        day += 7 - late
    return day * DAY + OPENS + int(dice.random() * (CLOSES - OPENS))


def all_in_office(at: Ints, stream: np.random.Generator) -> Ints:
    day = at // DAY
    late = weekday(day)
    day = np.where(late >= SATURDAY, day + 7 - late, day)
    return np.asarray(day * DAY + OPENS + stream.integers(0, CLOSES - OPENS, at.size), dtype=np.int64)


def shift_weekends(days: Any) -> Ints:
    """Saturdays and Sundays become the Monday after."""
    late = weekday(days)
    return np.asarray(np.where(late >= SATURDAY, days + 7 - late, days), dtype=np.int64)


def office_time(days: Ints, stream: np.random.Generator) -> Ints:
    """An instant in working hours on each of `days`."""
    return np.asarray(days * DAY + OPENS + stream.integers(0, CLOSES - OPENS, days.size), dtype=np.int64)


def month_end(day: int) -> int:
    moved = to_date(day).replace(day=28) + timedelta(days=4)
    return day_number(moved.replace(day=1)) - 1


def quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(day: date) -> date:
    return date(day.year + (day.month > 9), (day.month + 2) % 12 + 1, 1)
