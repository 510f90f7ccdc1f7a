"""All deals of the company: how many start when, for which account, what they lead to, bound into a book."""

from dataclasses import dataclass

import numpy as np

from connectors.sandbox.simulate.deals.births import Births, bear, draw_amounts, draw_sources
from connectors.sandbox.simulate.deals.births import join as join_births
from connectors.sandbox.simulate.deals.book import Accounts, Book, Deals, Floats, Steps
from connectors.sandbox.simulate.deals.events import A_NOTE, merge
from connectors.sandbox.simulate.deals.fates import Fates
from connectors.sandbox.simulate.deals.handover import hand_over, is_ever, savers, sweep
from connectors.sandbox.simulate.deals.life import Lives, live
from connectors.sandbox.simulate.deals.life import join as join_lives
from connectors.sandbox.simulate.deals.notes import wordings
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints, all_in_office
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import EXPANSION_CODE, NEW_BUSINESS_CODE, RENEWAL_CODE
from connectors.sandbox.simulate.setting.volume import starting_instants
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants, form_slants

NEW_DEALS, EXPANSIONS, BASE_CUSTOMERS = 1_230, 330, 80  # over three years at scale 1
KNOWN_PROSPECT = 0.25  # new business with an account that had some before
REFERRALS = 0.25  # per win
RECENT_BUYERS = 400  # expansions come from these, at scale 1
LEAD_DAYS, LEAD_SPREAD = 110, (0.85, 1.15)  # a renewal is opened this long before the term ends
TERM_DAYS = 365
SILENT_CHURN, SHRINKING = 0.08, 0.08
RENEWED, SHRUNK = (0.9, 1.15), (0.4, 0.85)
TWIN_DAYS, TWIN_AMOUNT = (1, 20), (0.97, 1.03)


@dataclass(frozen=True)
class Pipeline:
    """The book, and what the records do not tell: fates and slants."""

    book: Book
    fates: Fates
    slants: Slants
    chance: Floats


def fill_pipeline(era: Era, staff: Staff) -> Pipeline:
    """Live all deals of the era. Accounts come into being with their first deal."""
    filling = _Filling(era, staff)
    lives = filling.fill()
    return Pipeline(_bind(era, staff, lives, filling.accounts()), lives.fates, filling.slants, lives.births.chance)


class _Filling:
    def __init__(self, era: Era, staff: Staff) -> None:
        self._era, self._staff = era, staff
        self.slants = form_slants(era, len(staff.slots))
        self._account_created: list[Ints] = []
        self._account_slots: list[Ints] = []
        self._buyers: list[tuple[Ints, Ints, Floats]] = []  # (when, account, amount)

    def fill(self) -> Lives:
        self._base_customers()
        parts = self._new_business()
        parts.append(self._expansions())
        parts += self._renewals()
        return join_lives(parts)

    def accounts(self) -> Accounts:
        created, slots = np.concatenate(self._account_created), np.concatenate(self._account_slots)
        won = np.full(created.size, np.int64(1) << 40)
        for when, account, _ in self._buyers:
            np.minimum.at(won, account, when)
        return Accounts(created, slots, np.where(won < self._era.end, np.maximum(won, created + 1), NONE))

    def _found(self, created: Ints, slots: Ints) -> Ints:
        first = sum(each.size for each in self._account_created)
        self._account_created.append(created)
        self._account_slots.append(slots)
        return np.arange(first, first + created.size)

    def _base_customers(self) -> None:
        stream, era = self._era.stream("base customers"), self._era
        count = era.count(BASE_CUSTOMERS, 4)
        created = all_in_office(era.start - (stream.uniform(30, 390, count) * DAY).astype(np.int64), stream)
        accounts = self._found(created, stream.integers(0, len(self._staff.slots), count))
        signed = era.start - (stream.uniform(1, 360, count) * DAY).astype(np.int64)
        self._buyers.append((signed, accounts, draw_amounts(np.full(count, RENEWAL_CODE), stream)))

    def _new_business(self) -> list[Lives]:
        era, stream = self._era, self._era.stream("new business deals")
        start = starting_instants(era, NEW_DEALS, "new business")
        slot = stream.integers(0, len(self._staff.slots), start.size)
        is_known = stream.random(start.size) < KNOWN_PROSPECT
        is_known[:1] = False
        created = start - (stream.uniform(0.01, 45, start.size) * DAY).astype(np.int64)
        made = self._found(created[~is_known], slot[~is_known])
        so_far = np.cumsum(~is_known)
        place = np.where(is_known, (stream.random(start.size) * so_far).astype(np.int64), so_far - 1)
        account = made[place]
        slot = self._slots()[account]
        first = self._begin("new", NEW_BUSINESS_CODE, slot, account, start)
        won = first.won_at
        winners = np.flatnonzero((won != NONE) & (stream.random(won.size) < REFERRALS))
        asked = all_in_office(won[winners] + (stream.uniform(30, 200, winners.size) * DAY).astype(np.int64), stream)
        asked = asked[asked < era.end]
        slot = stream.integers(0, len(self._staff.slots), asked.size)
        account = self._found(asked - (stream.uniform(0.01, 20, asked.size) * DAY).astype(np.int64), slot)
        source = np.full(asked.size, SOURCES.index("Referral"))
        return [first, self._begin("referred", NEW_BUSINESS_CODE, slot, account, asked, source=source)]

    def _expansions(self) -> Lives:
        stream = self._era.stream("upsell")
        start = starting_instants(self._era, EXPANSIONS, "expansions")
        when, account = (np.concatenate([buyer[n] for buyer in self._buyers]) for n in range(2))
        account = account[np.argsort(when, kind="stable")]
        known = np.searchsorted(np.sort(when), start)
        oldest = np.maximum(known - self._era.count(RECENT_BUYERS), 0)
        place = oldest + (stream.random(start.size) * (known - oldest)).astype(np.int64)
        chosen = account[np.minimum(place, account.size - 1)][known > 0]
        return self._begin("expansion", EXPANSION_CODE, self._slots()[chosen], chosen, start[known > 0])

    def _renewals(self) -> list[Lives]:
        """Each sale is up for renewal after a year, and again after each renewal; some just end."""
        stream = self._era.stream("renewals")
        parts: list[Lives] = []
        signed, account, amount = (np.concatenate(each) for each in zip(*self._buyers, strict=True))
        while signed.size:
            lead = TERM_DAYS - LEAD_DAYS * stream.uniform(*LEAD_SPREAD, signed.size)
            start = all_in_office(signed + (lead * DAY).astype(np.int64), stream)
            start = np.where(start < self._era.start, start + TERM_DAYS * DAY, start)
            factor = np.where(
                stream.random(signed.size) < SHRINKING,
                stream.uniform(*SHRUNK, signed.size),
                stream.uniform(*RENEWED, signed.size),
            )
            goes_on = (start < self._era.end) & (stream.random(signed.size) >= SILENT_CHURN)
            account, start = account[goes_on], all_in_office(start[goes_on], stream)
            amount = np.maximum(np.round((amount * factor)[goes_on], -1), 500.0)
            name = f"renewal {len(parts)}"
            part = self._begin(name, RENEWAL_CODE, self._slots()[account], account, start, amount=amount)
            parts.append(part)
            won = part.won_at
            rows = np.flatnonzero(won != NONE)
            signed, account, amount = won[rows], part.births.account[rows], part.amount[rows]
        return parts

    def _slots(self) -> Ints:
        return np.concatenate(self._account_slots)

    def _begin(
        self,
        name: str,
        process: int,
        slot: Ints,
        account: Ints,
        start: Ints,
        *,
        source: Ints | None = None,
        amount: Floats | None = None,
    ) -> Lives:
        """Live deals of one kind; won new business is remembered as bought."""
        era, stream = self._era, self._era.stream(f"{name}/births")
        processes = np.full(start.size, process)
        births = bear(
            era,
            self._staff,
            self.slants,
            stream,
            process=processes,
            slot=slot,
            account=account,
            source=draw_sources(processes, stream) if source is None else source,
            start=start,
            amount=draw_amounts(processes, stream) if amount is None else amount,
        )
        births = _with_twins(era, self._staff, births, stream)
        if process == NEW_BUSINESS_CODE:
            births.account[stream.random(len(births)) < rate(era, "OPP-27")] = NONE
        lives = live(era, self._staff, self.slants, births, name)
        if process == NEW_BUSINESS_CODE:
            won = lives.won_at
            rows = np.flatnonzero((won != NONE) & (births.account != NONE))
            self._buyers.append((won[rows], births.account[rows], lives.amount[rows]))
        return lives


def _with_twins(era: Era, staff: Staff, births: Births, stream: np.random.Generator) -> Births:
    """Some deals are entered twice, within weeks, by the same seller for about the same amount."""
    chosen = (stream.random(len(births)) < rate(era, "OPP-25")) & ~births.is_born_closed
    twins = births.take(np.flatnonzero(chosen))
    later = all_in_office(twins.start + (stream.uniform(*TWIN_DAYS, len(twins)) * DAY).astype(np.int64), stream)
    twins.start[:] = later
    twins.amount[:] = np.round(twins.amount * stream.uniform(*TWIN_AMOUNT, len(twins)), -1)
    twins.person[:] = staff.holders(twins.slot, later)
    return join_births([births, twins.take(np.flatnonzero(later < era.end))])


def _bind(era: Era, staff: Staff, lives: Lives, accounts: Accounts) -> Book:
    births, agenda = lives.births, lives.agenda
    steps, _ = merge([*lives.events, *hand_over(era, staff, lives), *sweep(era, staff, lives)], era.end)
    steps.by[:] = savers(staff, steps.by, steps.owner, births.slot[steps.deal], steps.at)
    noted = np.flatnonzero(steps.next_step == A_NOTE)
    stream = era.stream("wordings")
    steps.next_step[noted] = wordings(steps.stage[noted], lives.is_noting[steps.deal[noted]], stream)
    _lose_record_types(era, steps, len(births))
    last = np.append(np.flatnonzero(steps.is_first)[1:], len(steps)) - 1
    is_deleted, is_closed = steps.is_deleted[last], steps.is_closed[last]
    deals = Deals(
        process=births.process,
        slot=births.slot,
        account=births.account,
        source=births.source,
        product=births.product,
        created=births.start,
        ended=np.where(is_deleted | is_closed, steps.at[last], NONE),
        deleted_at=np.where(is_deleted, steps.at[last], NONE),
        reopened_at=_reopenings(steps, len(births)),
        quiet_from=is_ever(np.where(agenda.quiet_from < era.end, agenda.quiet_from, NONE)),
        is_won=steps.is_won[last] & ~is_deleted,
        is_following=births.is_following,
        is_born_closed=births.is_born_closed,
    )
    return Book(deals, steps, accounts)


def _reopenings(steps: Steps, count: int) -> Ints:
    """When each deal was opened again after a closing, NONE for most."""
    is_open = ~steps.is_closed & ~steps.is_deleted & ~steps.is_first
    again = np.flatnonzero(is_open[1:] & steps.is_closed[:-1]) + 1
    found = np.full(count, NONE, dtype=np.int64)
    found[steps.deal[again]] = steps.at[again]
    return found


def _lose_record_types(era: Era, steps: Steps, count: int) -> None:
    chosen = era.stream("no record types").random(count) < rate(era, "PATH-05")
    steps.record_type[chosen[steps.deal]] = NONE
