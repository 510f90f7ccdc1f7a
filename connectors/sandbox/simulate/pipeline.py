"""All deals of the company: how many start when, for which account, and who inherits them."""

import bisect
import random
from dataclasses import dataclass, field

import numpy as np

from connectors.sandbox.simulate.deals import Deal, delete, transfer
from connectors.sandbox.simulate.era import DAY, Era, Ints, all_in_office, in_office, to_date, weekday
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.life import Seller, live
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.process import EXPANSION, LOST, NEW_BUSINESS, RENEWAL, WON, Process
from connectors.sandbox.simulate.words import PRODUCTS, SOURCES

NEW_DEALS, EXPANSIONS, BASE_CUSTOMERS = 1_300, 330, 80  # over three years at scale 1
YEARLY_GROWTH = 1.18
SEASON = (0.95, 1.0, 1.1, 0.95, 1.0, 1.05, 0.8, 0.75, 1.1, 1.1, 1.15, 0.95)  # January first
SOURCE_SHARES = (0.3, 0.2, 0.15, 0.25, 0.1)
RECENT_BUYERS = 400  # expansions come from these
LEAD_DAYS = 110  # a renewal is opened this long before the term ends


@dataclass(slots=True)
class Pipeline:
    """All deals in order of creation, and per account its making, slot and first win."""

    deals: list[Deal]
    account_created: list[int] = field(default_factory=list)
    account_slots: list[int] = field(default_factory=list)
    account_won: list[int] = field(default_factory=list)


def fill_pipeline(era: Era, staff: Staff) -> Pipeline:
    """Live all deals of the era. Accounts come into being with their first deal."""
    return _Filling(era, staff).fill()


def starting_instants(era: Era, count: float, name: str) -> Ints:
    """Instants with growth, season and weekends; `count` is what the three years up to the anchor hold."""
    stream = era.stream(name)
    first, last, anchored = era.start // DAY, era.end // DAY, era.anchored // DAY
    days = np.arange(first, last)
    season = np.array([SEASON[to_date(int(day)).month - 1] for day in days])
    weights = YEARLY_GROWTH ** ((days - first) / 365) * season * np.where(weekday(days) < 5, 1.0, 0.02)
    total = round(count * era.scale * weights.sum() / weights[days < anchored].sum())
    chosen = np.sort(stream.choice(days, size=total, p=weights / weights.sum()))
    return np.sort(all_in_office(chosen * DAY, stream))


class _Filling:
    def __init__(self, era: Era, staff: Staff) -> None:
        self._era = era
        self._staff = staff
        self._dice = era.dice("deals")
        self._pipeline = Pipeline([])
        self._buyers: list[tuple[int, int, float]] = []  # (when, account, amount) of wins

    def fill(self) -> Pipeline:
        for _ in range(self._era.count(BASE_CUSTOMERS, 4)):
            self._add_base_customer()
        self._new_business()
        self._renewals()
        self._expansions()
        self._inherit()
        self._clean_up()
        deals = sorted((d for d in self._pipeline.deals if d.created < self._era.end), key=lambda d: d.created)
        for index, deal in enumerate(deals):
            deal.index = index
        self._pipeline.deals = deals
        self._note_first_wins()
        return self._pipeline

    def _add_account(self, created: int, slot: int) -> int:
        self._pipeline.account_created.append(created)
        self._pipeline.account_slots.append(slot)
        self._pipeline.account_won.append(NONE)
        return len(self._pipeline.account_created) - 1

    def _add_base_customer(self) -> None:
        dice, era = self._dice, self._era
        created = era.start - int(dice.uniform(30, 390) * DAY)
        account = self._add_account(in_office(created, dice), dice.randrange(len(self._staff.slots)))
        signed = era.start - int(dice.uniform(1, 360) * DAY)
        self._buyers.append((signed, account, self._draw_amount(RENEWAL)))

    def _new_business(self) -> None:
        dice = self._dice
        prospects: list[int] = []
        for start in starting_instants(self._era, NEW_DEALS, "new business").tolist():
            slot = dice.randrange(len(self._staff.slots))
            if prospects and dice.random() < 0.25:
                account = dice.choice(prospects)
                slot = self._pipeline.account_slots[account]
            else:
                account = self._add_account(start - int(dice.uniform(0.01, 45) * DAY), slot)
                prospects.append(account)
            deal = self._start(NEW_BUSINESS, account, start, self._draw_amount(NEW_BUSINESS))
            if dice.random() < 0.012:
                deal.account = NONE
            elif deal.is_won:
                self._buyers.append((deal.steps[-1].at, account, deal.steps[-1].amount or 0.0))

    def _renewals(self) -> None:
        """Each sale is up for renewal after a year, and again after each renewal."""
        dice, waiting = self._dice, sorted(self._buyers)
        while waiting:
            signed, account, amount = waiting.pop()
            start = in_office(signed + int((365 - LEAD_DAYS * dice.uniform(0.85, 1.15)) * DAY), dice)
            if start >= self._era.end or dice.random() < 0.08:
                continue
            if start < self._era.start:
                waiting.append((signed + 365 * DAY, account, amount))
                continue
            renewed = round(amount * dice.uniform(0.9, 1.15), -2)
            deal = self._start(RENEWAL, account, start, max(renewed, 500.0))
            if deal.is_won:
                waiting.append((deal.steps[-1].at, account, deal.steps[-1].amount or renewed))

    def _expansions(self) -> None:
        dice = self._dice
        buyers = sorted(self._buyers)
        signed = [when for when, _, _ in buyers]
        for start in starting_instants(self._era, EXPANSIONS, "expansions").tolist():
            known = bisect.bisect_left(signed, start)
            if known:
                account = buyers[dice.randrange(max(known - RECENT_BUYERS, 0), known)][1]
                self._start(EXPANSION, account, start, self._draw_amount(EXPANSION))

    def _start(self, process: Process, account: int, start: int, amount: float) -> Deal:
        dice = self._dice
        slot = self._staff.slots[self._pipeline.account_slots[account]]
        person = self._staff.holder(slot.index, start)
        is_new = process is NEW_BUSINESS
        source = dice.choices(SOURCES, SOURCE_SHARES)[0] if is_new or dice.random() < 0.5 else None
        follows = dice.random() < slot.discipline
        label = f"{process.label} {dice.choice(PRODUCTS)}"
        deal = Deal(-1, process, slot.index, account, source, follows, label)
        deal.is_born_closed = dice.random() < (0.02 if is_new else 0.04)
        live(deal, start, amount, Seller(person, slot.manager, slot.skill, slot.pace), dice, self._era)
        self._pipeline.deals.append(deal)
        return deal

    def _draw_amount(self, process: Process) -> float:
        return max(round(process.median_amount * self._dice.lognormvariate(0, 0.5), -2), 500.0)

    def _inherit(self) -> None:
        """Open deals of those who leave go to the manager or a colleague within days; a few are forgotten."""
        leavers = sorted((p.end, p.index) for p in self._staff.people if p.end != NONE)
        slot_of = {person: slot.index for slot in self._staff.slots for person in slot.people}
        by_owner: dict[int, list[Deal]] = {}
        for deal in self._pipeline.deals:
            by_owner.setdefault(deal.steps[0].owner, []).append(deal)
        for left, person in leavers:
            for deal in by_owner.get(person, []):
                if self._dice.random() < 0.15:
                    continue
                handed = in_office(left + int(self._dice.uniform(1, 6) * DAY), self._dice)
                heir = self._staff.holder(slot_of[person], handed)
                transfer(deal, handed, person, heir)
                if deal.steps[-1].owner == heir:
                    by_owner.setdefault(heir, []).append(deal)

    def _clean_up(self) -> None:
        """Some open deals are deleted: a few per hundred, and some in the days before the anchor by plan."""
        dice: random.Random = self._era.dice("deletions")
        for deal in self._pipeline.deals:
            if dice.random() < 0.025:
                self._delete(deal, deal.created + int(dice.uniform(2, 60) * DAY), dice)
        wanted = self._era.count(4, 2)
        candidates = [deal for deal in self._pipeline.deals if not deal.steps[-1].is_deleted]
        dice.shuffle(candidates)
        for deal in candidates:
            if wanted and self._delete(deal, self._era.anchored - int(dice.uniform(1, 13) * DAY), dice):
                wanted -= 1

    def _delete(self, deal: Deal, at: int, dice: random.Random) -> bool:
        moment = in_office(at, dice)
        before = [step for step in deal.steps if step.at < moment]
        if not before or before[-1].stage in (WON, LOST) or moment >= self._era.end:
            return False
        delete(deal, moment)
        return True

    def _note_first_wins(self) -> None:
        won = self._pipeline.account_won
        for when, account, _ in self._buyers:
            if won[account] == NONE or when < won[account]:
                won[account] = when
        for account, when in enumerate(won):
            made = self._pipeline.account_created[account]
            won[account] = NONE if when == NONE or when >= self._era.end else max(when, made + 1)
