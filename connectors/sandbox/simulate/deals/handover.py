"""Deals that change hands when their owner leaves, deals forgotten then, and who saves what."""

import numpy as np

from connectors.sandbox.simulate.deals.agenda import NEVER
from connectors.sandbox.simulate.deals.events import MANAGER, OWNER, Events, events
from connectors.sandbox.simulate.deals.life import Lives
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints, all_in_office
from connectors.sandbox.simulate.setting.fiscal import month_ends
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import Staff

HANDED_AFTER = (1, 6)  # days from the leaving of the owner
SWEEP_DEALS, SWEEP_MOST, SWEEP_GAP = 8, 12, 55  # deals changed in one go, and seconds between
SWEPT_TO_DAYS = 20


def hand_over(era: Era, staff: Staff, lives: Lives) -> list[Events]:
    """Changes of owner: to who holds the slot after one who left, within days; a few deals are forgotten."""
    stream = era.stream("inheritance")
    births, agenda = lives.births, lives.agenda
    ended = np.minimum(agenda.closed, agenda.deleted)
    rows, owner = np.flatnonzero(~births.is_born_closed), births.person.copy()
    found: list[Events] = []
    while rows.size:
        left = staff.ends[owner[rows]]
        rows, left = rows[(left != NONE) & (left < ended[rows])], left[(left != NONE) & (left < ended[rows])]
        is_forgotten = stream.random(rows.size) < rate(era, "OPP-26")
        rows, left = rows[~is_forgotten], left[~is_forgotten]
        handed = all_in_office(left + (stream.uniform(*HANDED_AFTER, rows.size) * DAY).astype(np.int64), stream)
        slots = staff.slots_of[owner[rows]]
        heirs = staff.holders(np.where(slots == NONE, births.slot[rows], slots), handed)
        is_moved = (handed < ended[rows]) & (heirs != owner[rows]) & (handed > births.start[rows])
        rows, handed, heirs = rows[is_moved], handed[is_moved], heirs[is_moved]
        owner[rows] = heirs
        found.append(events(rows, handed, owner=heirs))
    return found


def sweep(era: Era, staff: Staff, lives: Lives) -> list[Events]:
    """Sellers who put off all their close dates in a quarter of an hour, by rate once a year each."""
    stream = era.stream("sweeps")
    births, agenda = lives.births, lives.agenda
    order = np.argsort(births.person, kind="stable")
    begins = np.searchsorted(births.person[order], np.arange(len(staff.people) + 1))
    until = np.minimum(agenda.closed, agenda.deleted) - DAY
    found = []
    for person in np.flatnonzero(staff.slots_of != NONE):
        mine = order[begins[person] : begins[person + 1]]
        end = staff.ends[person] if staff.ends[person] != NONE else era.end
        for year in range(max(staff.starts[person], era.start), end, 365 * DAY):
            at = int(all_in_office(np.array([year + int(stream.uniform(30, 330) * DAY)]), stream)[0])
            open_ = mine[(births.start[mine] < at - DAY) & (until[mine] > at)]
            if stream.random() < rate(era, "PATH-08") and open_.size >= SWEEP_DEALS and at < end - DAY:
                chosen = open_[:SWEEP_MOST]
                close = month_ends(np.array([at // DAY + SWEPT_TO_DAYS]))[0]
                found.append(events(chosen, at + SWEEP_GAP * np.arange(chosen.size), close=close))
    return found


def savers(staff: Staff, by: Ints, owner: Ints, slot: Ints, at: Ints) -> Ints:
    """Who saved each step: the owner, or the leader of the team; also where the owner has left."""
    has_left = (staff.ends[owner] != NONE) & (staff.ends[owner] <= at)
    is_led = (by == MANAGER) | ((by == OWNER) & has_left)
    return np.where(is_led, staff.leaders(slot, at), np.where(by == OWNER, owner, by)).astype(np.int32)


def is_ever(instants: Ints) -> Ints:
    """Instants with NONE for NEVER."""
    return np.where(instants >= NEVER, NONE, instants)
