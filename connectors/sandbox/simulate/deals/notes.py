"""Next steps: written anew every few weeks as long as somebody cares; some sellers write none for a deal."""

from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.agenda import Agenda
from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.events import A_NOTE, Events, events
from connectors.sandbox.simulate.setting.era import DAY, Ints, all_in_office
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import STAGES
from connectors.sandbox.simulate.setting.words import NEXT_STEPS

GAP_DAYS = (6, 26)
NOTING = (0.62, 0.96)  # by whether a deal follows the process
_COUNTS = np.array([len(NEXT_STEPS.get(stage.name, ())) for stage in STAGES])
_OFFSETS = np.array(
    [sum(len(texts) for texts in list(NEXT_STEPS.values())[: list(NEXT_STEPS).index(stage.name)])
     if stage.name in NEXT_STEPS else 0 for stage in STAGES]
)  # fmt: skip


def write_notes(births: Births, agenda: Agenda, is_noting: Any, stream: np.random.Generator) -> Events:
    """Occasions on which the next step is written anew, until the deal ends or is left alone."""
    until = np.where(agenda.quiet_from == NONE, agenda.closed, agenda.quiet_from)
    until = np.where(is_noting, np.minimum(until, agenda.deleted), births.start)
    span = np.maximum(until - births.start, 0)
    tries = np.where(is_noting, span // (13 * DAY) + 2, 0)
    deal = np.repeat(np.arange(len(births)), tries)
    gaps = (stream.uniform(*GAP_DAYS, deal.size) * DAY).astype(np.int64)
    passed = np.cumsum(gaps)
    before = np.concatenate([[0], passed])[np.cumsum(tries) - tries]
    at = births.start[deal] + passed - np.repeat(before, tries)
    at = all_in_office(at, stream)
    kept = at < until[deal] - DAY
    return events(deal[kept], at[kept], next_step=np.full(int(kept.sum()), A_NOTE))


def draw_noting(births: Births, stream: np.random.Generator) -> Any:
    return stream.random(len(births)) < np.array(NOTING)[births.is_following.astype(np.int64)]


def wordings(stage: Ints, is_noting: Any, stream: np.random.Generator) -> Ints:
    """Codes of next steps that fit each open stage; NONE in closed ones and where none is written."""
    drawn = _OFFSETS[stage] + (stream.random(stage.size) * _COUNTS[stage]).astype(np.int64)
    return np.where(is_noting & (_COUNTS[stage] > 0), drawn, NONE)
