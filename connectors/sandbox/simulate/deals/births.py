"""Deals at the instant they begin: whose they are, for which account, of what size, and by which chance they win."""

from dataclasses import dataclass, fields

import numpy as np

from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import BASE_LOGITS, MEDIAN_AMOUNTS, NEW_BUSINESS_CODE
from connectors.sandbox.simulate.setting.volume import SHOCK_LOGIT, SHOCK_PACE, is_shocked
from connectors.sandbox.simulate.setting.words import PRODUCTS, SOURCES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants

SOURCE_SHARES = np.array((0.32, 0.15, 0.15, 0.27, 0.11))
SOURCE_LOGITS = np.array((-0.25, 0.45, 0.2, -0.3, 0.0))
MEAN_DISCIPLINE = 0.6  # the adherence effect is centred here, so that it moves no overall win rate
RAMP_LOGIT = 0.5  # what a newcomer lacks on the first day
LIGHT_COMMIT_LOGIT = -0.9  # who commits lightly wins less
HURRY, HURRIED_SHARE = 0.07, 0.55  # deals entered when they are as good as decided: share of the days, of the deals
AMOUNT_SPREAD = 0.5


@dataclass(frozen=True)
class Births:
    """One row per deal to be. `person` is its first owner, `chance` the probability to win it."""

    process: Ints
    slot: Ints
    account: Ints
    source: Ints
    product: Ints
    start: Ints
    amount: Floats
    person: Ints
    pace: Floats
    chance: Floats
    is_following: Flags
    is_born_closed: Flags

    def __len__(self) -> int:
        return self.start.size

    def take(self, rows: Ints) -> "Births":
        return Births(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def join(parts: list[Births]) -> Births:
    return Births(**{e.name: np.concatenate([getattr(part, e.name) for part in parts]) for e in fields(Births)})


def draw_amounts(process: Ints, stream: np.random.Generator) -> Floats:
    drawn = MEDIAN_AMOUNTS[process] * np.exp(stream.normal(0, AMOUNT_SPREAD, process.size))
    return np.asarray(np.maximum(np.round(drawn, -1), 500.0), dtype=np.float64)


def draw_sources(process: Ints, stream: np.random.Generator) -> Ints:
    """New business always has a source, the other deals half of the time."""
    drawn = stream.choice(len(SOURCES), size=process.size, p=SOURCE_SHARES)
    is_told = (process == NEW_BUSINESS_CODE) | (stream.random(process.size) < 0.5)
    return np.where(is_told, drawn, NONE)


def bear(
    era: Era,
    staff: Staff,
    slants: Slants,
    stream: np.random.Generator,
    *,
    process: Ints,
    slot: Ints,
    account: Ints,
    source: Ints,
    start: Ints,
    amount: Floats,
) -> Births:
    """Births with all that chance and the seller add to what is given."""
    count = start.size
    follows = stream.random(count) < staff.disciplines[slot]
    person = staff.holders(slot, start)
    shock = is_shocked(era, start // DAY)
    logit = BASE_LOGITS[process] + staff.skills[slot] + np.where(source == NONE, 0.0, SOURCE_LOGITS[source])
    logit = logit + era.adherence_effect * (follows - MEAN_DISCIPLINE) + SHOCK_LOGIT * shock
    logit = logit - RAMP_LOGIT * (1 - staff.ramp(person, start)) + LIGHT_COMMIT_LOGIT * slants["PATH-13"][slot]
    hurried = slants["PATH-12"][slot] & (stream.random(count) < HURRIED_SHARE)
    pace = staff.paces[slot] * np.where(shock, SHOCK_PACE, 1.0) * np.where(hurried, HURRY, 1.0)
    born_closed = rate(era, "OPP-23") * np.where(process == NEW_BUSINESS_CODE, 1, 2)
    return Births(
        process=process,
        slot=slot,
        account=account,
        source=source,
        product=stream.integers(0, len(PRODUCTS), count),
        start=start,
        amount=amount,
        person=person,
        pace=pace,
        chance=1 / (1 + np.exp(-logit)),
        is_following=follows,
        is_born_closed=stream.random(count) < born_closed,
    )
