"""Entries into stages with what changes on the occasion: amount, probability, category, next step; and endings."""

import numpy as np

from connectors.sandbox.simulate.deals.agenda import NEVER, Agenda, is_won
from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.deals.dates import Dates
from connectors.sandbox.simulate.deals.events import A_NOTE, MANAGER, OWNER, UNSET, Events, events
from connectors.sandbox.simulate.deals.fates import WINS, Fates
from connectors.sandbox.simulate.deals.routes import VISITS
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import (
    CATEGORIES,
    LOST_STAGE,
    NEGOTIATION,
    PROBABILITIES,
    STAGE_CATEGORIES,
    STAGE_CODES,
    WON_STAGE,
)
from connectors.sandbox.simulate.setting.words import LOSS_REASONS
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants

KNOWN_AT_BIRTH, KNOWN_LATE, KNOWN_EARLY = 0.86, 0.92, 0.4  # an amount is entered at birth, with a late or early stage
CHANGED_SHARE, CHANGE = 0.25, (0.75, 1.35)
DISCOUNT_SHARE, DISCOUNT = 0.22, (0.82, 0.98)  # at the entry into negotiation
CUT, CUT_DAYS = (0.55, 0.68), (1, 5)  # before a win, by some
NOTED_SHARE = 0.8
ROUND_TO, LIGHT_COMMIT_SHARE = 1_000.0, 0.75
PIPELINE, BEST_CASE, COMMIT = (CATEGORIES.index(name) for name in ("Pipeline", "BestCase", "Forecast"))
UPWARD = {PIPELINE: BEST_CASE, BEST_CASE: COMMIT, COMMIT: COMMIT}
DOWNWARD = {PIPELINE: PIPELINE, BEST_CASE: PIPELINE, COMMIT: BEST_CASE}
_UP = np.array([UPWARD.get(code, code) for code in range(len(CATEGORIES))])
_DOWN = np.array([DOWNWARD.get(code, code) for code in range(len(CATEGORIES))])
OVERRIDES = np.array((-10.0, 10.0, 15.0))


def enter_stages(
    era: Era,
    staff: Staff,
    births: Births,
    fates: Fates,
    agenda: Agenda,
    dates: Dates,
    slants: Slants,
    stream: np.random.Generator,
) -> tuple[list[Events], Floats]:
    """Births and entries into stages as events, and the amount that each deal has in the end."""
    amounts = _amounts(births, fates, slants, stream)
    parts = [_births(births, fates, dates, amounts)]
    for visit in range(1, VISITS):
        here = np.flatnonzero(fates.last >= visit)
        stage = fates.stages[here, visit]
        by = np.where(stream.random(here.size) < staff.meddling[births.slot[here]], MANAGER, OWNER)
        parts.append(
            events(
                here,
                agenda.bounds[here, visit],
                stage=stage,
                amount=amounts[here, visit],
                close=dates.told[here, visit],
                probability=_probabilities(era, stage, stream),
                category=_categories(era, staff, births.slot[here], stage, slants, stream),
                next_step=np.where(stream.random(here.size) < NOTED_SHARE, A_NOTE, UNSET),
                by=by,
            )
        )
    return parts, amounts[np.arange(len(births)), np.maximum(fates.last, 0)]


def end_deals(
    era: Era, births: Births, fates: Fates, agenda: Agenda, amounts: Floats, stream: np.random.Generator
) -> tuple[list[Events], Floats]:
    """Closings, what is cut before wins, reopenings and what comes of them, deletions; and the final amounts."""
    count = len(births)
    every = np.flatnonzero(~births.is_born_closed)
    first_win = fates.fate == WINS
    final = np.where(np.isnan(amounts), births.amount, amounts)
    entered = agenda.bounds[np.arange(count), np.maximum(fates.last, 0)]
    cut_at = agenda.closed - (stream.uniform(*CUT_DAYS, count) * DAY).astype(np.int64)
    is_cut = first_win & ~births.is_born_closed & (stream.random(count) < rate(era, "OPP-28"))
    cut = np.flatnonzero(is_cut & (cut_at > entered + HOUR))
    final[cut] = np.maximum(np.round(final[cut] * stream.uniform(*CUT, cut.size), -1), 100.0)
    again = np.flatnonzero(agenda.is_reopened)
    gone = np.flatnonzero(agenda.deleted != NEVER)
    told_amount = np.where(first_win, final, amounts)
    ending = [
        events(cut, cut_at[cut], amount=final[cut]),
        _closings(era, every, agenda.closed[every], first_win[every], told_amount[every], stream),
        events(
            again,
            agenda.reopened[again],
            stage=NEGOTIATION,
            probability=PROBABILITIES[NEGOTIATION],
            category=STAGE_CATEGORIES[NEGOTIATION],
            loss_reason=NONE,
            next_step=A_NOTE,
        ),
        _closings(era, again, agenda.reclosed[again], is_won(fates)[again], final[again], stream),
        events(gone, agenda.deleted[gone], is_deleted=True),
    ]
    return [part.where(part.at <= agenda.deleted[part.deal]) for part in ending], final


def _births(births: Births, fates: Fates, dates: Dates, amounts: Floats) -> Events:
    stage = np.where(births.is_born_closed, WON_STAGE, fates.stages[:, 0])
    return events(
        np.arange(len(births)),
        births.start,
        stage=stage,
        amount=np.where(births.is_born_closed, births.amount, amounts[:, 0]),
        close=dates.told[:, 0],
        probability=PROBABILITIES[stage],
        category=STAGE_CATEGORIES[stage],
        owner=births.person,
        next_step=np.where(births.is_born_closed, NONE, A_NOTE),
        loss_reason=NONE,
        record_type=births.process,
    )


def _amounts(births: Births, fates: Fates, slants: Slants, stream: np.random.Generator) -> Floats:
    """Per visit the amount told in it, NaN while none is."""
    shape = fates.stages.shape
    stages = fates.stages
    is_late = PROBABILITIES[stages] > PROBABILITIES[STAGE_CODES["Discovery"]]
    entered = stream.random(shape) < np.where(is_late, KNOWN_LATE, KNOWN_EARLY)
    entered[:, 0] = stream.random(shape[0]) < KNOWN_AT_BIRTH
    known = np.logical_or.accumulate(entered, axis=1)
    known_before = np.concatenate([np.zeros((shape[0], 1), dtype=bool), known[:, :-1]], axis=1)
    draw = stream.random(shape)
    change = np.where(draw < CHANGED_SHARE, stream.uniform(*CHANGE, shape), 1.0)
    is_discounted = (stages == NEGOTIATION) & (draw > 1 - DISCOUNT_SHARE)
    change = np.where(is_discounted, stream.uniform(*DISCOUNT, shape), change)
    told = births.amount[:, None] * np.cumprod(np.where(known_before, change, 1.0), axis=1)
    is_round = slants["OPP-11"][births.slot][:, None]
    told = np.where(is_round, np.maximum(np.round(told / ROUND_TO) * ROUND_TO, ROUND_TO), np.round(told, -1))
    return np.where(known, np.maximum(told, 100.0), np.nan)


def _probabilities(era: Era, stage: Ints, stream: np.random.Generator) -> Floats:
    default = PROBABILITIES[stage]
    moved = np.clip(default + stream.choice(OVERRIDES, size=stage.size), 5.0, 95.0)
    return np.where(stream.random(stage.size) < rate(era, "OPP-13"), moved, default)


def _categories(era: Era, staff: Staff, slots: Ints, stage: Ints, slants: Slants, stream: np.random.Generator) -> Ints:
    """The stage's category, or as the seller's bias has it: the rosy tell deals better, the wary worse."""
    default = STAGE_CATEGORIES[stage]
    share, draw = rate(era, "OPP-14"), stream.random(stage.size)
    bias = staff.biases[slots]
    up = share * np.clip(0.6 + bias, 0.05, 2.0)
    down = share * np.clip(0.4 - bias, 0.05, 2.0)
    told = np.select([draw < up, draw > 1 - down], [_UP[default], _DOWN[default]], default)
    lightly = slants["PATH-13"][slots] & (PROBABILITIES[stage] > PROBABILITIES[STAGE_CODES["Qualification"]])
    return np.where(lightly & (stream.random(stage.size) < LIGHT_COMMIT_SHARE), COMMIT, told)


def _closings(era: Era, deals: Ints, at: Ints, won: Flags, amounts: Floats, stream: np.random.Generator) -> Events:
    stage = np.where(won, WON_STAGE, LOST_STAGE)
    no_reason = won | (stream.random(deals.size) < rate(era, "OPP-20"))
    reasons = stream.integers(0, len(LOSS_REASONS), deals.size)
    return events(
        deals,
        at,
        stage=stage,
        amount=amounts,
        close=np.where(stream.random(deals.size) < rate(era, "OPP-22"), UNSET, at // DAY),
        probability=PROBABILITIES[stage],
        category=STAGE_CATEGORIES[stage],
        loss_reason=np.where(no_reason, NONE, reasons),
    )
