"""The lives of a batch of deals: routes, fates, and all that is saved about them but changes of owner."""

from dataclasses import dataclass, replace

import numpy as np

from connectors.sandbox.simulate.deals import births as bearing
from connectors.sandbox.simulate.deals import fates as fating
from connectors.sandbox.simulate.deals.agenda import NEVER, Agenda, is_won, join_agendas, schedule
from connectors.sandbox.simulate.deals.births import Births
from connectors.sandbox.simulate.deals.book import Flags, Floats
from connectors.sandbox.simulate.deals.dates import tell_dates
from connectors.sandbox.simulate.deals.events import Events, events
from connectors.sandbox.simulate.deals.fates import Fates, draw_fates
from connectors.sandbox.simulate.deals.moves import end_deals, enter_stages
from connectors.sandbox.simulate.deals.notes import draw_noting, write_notes
from connectors.sandbox.simulate.deals.routes import VISITS, plan_routes
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import EXPANSION_CODE, NEW_BUSINESS_CODE, RENEWAL_CODE, STAGE_CODES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants


@dataclass(frozen=True)
class Lives:
    """Births with what became of them. `amount` is what each was sold for at last, or would have been."""

    births: Births
    fates: Fates
    agenda: Agenda
    events: list[Events]
    amount: Floats
    is_noting: Flags

    @property
    def won_at(self) -> Ints:
        """When each deal was won for good, NONE if it was not."""
        again = self.agenda.is_reopened
        closed = np.where(again, self.agenda.reclosed, self.agenda.closed)
        return np.where(is_won(self.fates) & (self.agenda.deleted == NEVER), closed, NONE)


def live(era: Era, staff: Staff, slants: Slants, births: Births, name: str) -> Lives:
    """Live these deals; `name` names their random streams."""
    routes = plan_routes(era, births, slants, era.stream(f"{name}/routes"))
    fates = draw_fates(era, births, routes, era.stream(f"{name}/fates"))
    agenda = schedule(era, births, fates, slants, era.stream(f"{name}/agenda"))
    dates = tell_dates(era, staff, births, fates, agenda, slants, era.stream(f"{name}/dates"))
    stream = era.stream(f"{name}/moves")
    entries, amounts = enter_stages(era, staff, births, fates, agenda, dates, slants, stream)
    endings, amounts = end_deals(era, births, fates, agenda, amounts, stream)
    stream = era.stream(f"{name}/notes")
    is_noting = draw_noting(births, stream)
    notes = write_notes(births, agenda, is_noting, stream)
    saved = [*entries, dates.moved, notes, _retyped(era, births, fates, agenda)]
    alive = [part.where(_is_alive(agenda, part)) for part in saved]
    return Lives(births, fates, agenda, [*alive, *endings], amounts, is_noting)


def join(parts: list[Lives]) -> Lives:
    """All lives as one batch in order of birth."""
    births = bearing.join([part.births for part in parts])
    order = np.argsort(births.start, kind="stable")
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    offsets = np.cumsum([0, *(len(part.births) for part in parts)])
    moved = [
        replace(each, deal=rank[each.deal + offset])
        for part, offset in zip(parts, offsets, strict=False)
        for each in part.events
    ]
    return Lives(
        births.take(order),
        fating.join([part.fates for part in parts]).take(order),
        join_agendas([part.agenda for part in parts]).take(order),
        moved,
        np.concatenate([part.amount for part in parts])[order],
        np.concatenate([part.is_noting for part in parts])[order],
    )


def _is_alive(agenda: Agenda, part: Events) -> Flags:
    """Whether each event comes before its deal's deletion."""
    return np.asarray(part.at < agenda.deleted[part.deal])


def _retyped(era: Era, births: Births, fates: Fates, agenda: Agenda) -> Events:
    """Record types switched with the proposal, between new business and expansion."""
    stream = era.stream("record types")
    chosen = stream.random(len(births)) < rate(era, "PATH-14")
    visit = np.argmax(fates.stages == STAGE_CODES["Proposal"], axis=1)
    chosen &= (births.process != RENEWAL_CODE) & (visit > 0) & (visit <= fates.last)
    rows = np.flatnonzero(chosen)
    other = np.where(births.process[rows] == NEW_BUSINESS_CODE, EXPANSION_CODE, NEW_BUSINESS_CODE)
    return events(rows, agenda.bounds[rows, np.minimum(visit[rows], VISITS)] + 60, record_type=other)
