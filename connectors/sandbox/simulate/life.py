"""The life of one deal: its path through the stages, pushes, notes, changes of amount, and its end.

The planted effect of following the process: it adds `ADHERENCE_EFFECT` to the logit of winning new business.
"""

import math
import random
from dataclasses import dataclass, replace

from connectors.sandbox.simulate.deals import Deal, Step
from connectors.sandbox.simulate.era import DAY, HOUR, Era, in_office, month_end
from connectors.sandbox.simulate.process import LOST, STAGE_BY_NAME, WON
from connectors.sandbox.simulate.words import LOSS_REASONS, NEXT_STEPS

ADHERENCE_EFFECT = 0.6
SOURCE_EFFECT = {"Web": -0.25, "Referral": 0.45, "Partner": 0.2, "Outbound": -0.3, "Event": 0.0}
SPREAD = 0.65  # of the lognormal days in a stage


@dataclass(frozen=True, slots=True)
class Seller:
    """What a deal's life needs to know of its seller: the person, the manager and the slot's ways."""

    person: int
    manager: int
    skill: float
    pace: float


def live(deal: Deal, start: int, amount: float, seller: Seller, dice: random.Random, era: Era) -> None:
    """Fill in the deal's steps from its creation to its end, or to the end of simulated time."""
    _Life(deal, start, amount, seller, dice, era).run()


class _Life:
    def __init__(self, deal: Deal, start: int, amount: float, seller: Seller, dice: random.Random, era: Era) -> None:
        self._deal = deal
        self._seller = seller
        self._dice = dice
        self._end = era.end
        self._amount = amount
        self._until = start  # when the present stage ends
        self._will_win = dice.random() < self._chance()
        self._is_adrift = not self._will_win and dice.random() < (0.13 if deal.is_following else 0.3)
        self._is_noting = dice.random() < (0.96 if deal.is_following else 0.62)
        self._is_careless = dice.random() < (0.42 if deal.is_following else 0.75)
        self._born(start)

    def run(self) -> None:
        if self._deal.is_born_closed:
            return
        for position, (stage, days) in enumerate(self._plan()):
            if position:
                self._enter(stage)
            self._dwell(days)
            if self._now >= self._end:
                break
        else:
            self._close(self._will_win)
            self._perhaps_reopen()
        first, *later = self._deal.steps
        self._deal.steps = [first, *(step for step in later if step.at < self._end)]

    @property
    def _now(self) -> int:
        return self._deal.steps[-1].at

    def _chance(self) -> float:
        logit = self._deal.process.base_logit + self._seller.skill
        logit += ADHERENCE_EFFECT * (float(self._deal.is_following) - 0.6)
        logit += SOURCE_EFFECT.get(self._deal.source or "", 0.0)
        return 1 / (1 + math.exp(-logit))

    def _born(self, start: int) -> None:
        process, dice = self._deal.process, self._dice
        first = STAGE_BY_NAME[WON if self._deal.is_born_closed else process.stages[0][0]]
        expected = sum(days for _, days in process.stages) * self._seller.pace
        close = start // DAY + (0 if self._deal.is_born_closed else int(expected * dice.uniform(0.4, 1.0)) + 3)
        knows_amount = self._deal.is_born_closed or dice.random() < 0.86
        self._deal.steps.append(
            Step(
                start,
                first.name,
                self._amount if knows_amount else None,
                self._rounded_close(close) if not self._deal.is_born_closed else close,
                first.probability,
                first.category,
                self._seller.person,
                self._seller.person,
                self._note(first.name),
            )
        )

    def _plan(self) -> list[tuple[str, float]]:
        """The stages to come with the days spent in each."""
        dice, stages = self._dice, list(self._deal.process.stages)
        if not self._will_win:
            reached = dice.choices(range(len(stages)), self._deal.process.lost_shares)[0]
            stages = stages[: reached + 1]
        if len(stages) > 2 and dice.random() < (0.12 if self._deal.is_following else 0.75):
            del stages[dice.randrange(1, len(stages) - 1)]
            self._deal.is_skipping = True
        if len(stages) > 2 and dice.random() < (0.08 if self._deal.is_following else 0.22):
            back = dice.randrange(1, len(stages) - 1)
            stages[back + 2 : back + 2] = [stages[back], stages[back + 1]]
            self._deal.is_regressing = True
        plan = [(name, self._days(median)) for name, median in stages]
        if not self._will_win:
            name, days = plan[-1]
            plan[-1] = (name, days * 1.7 + (dice.uniform(60, 240) if self._is_adrift else 0))
        return plan

    def _days(self, median: float) -> float:
        return self._dice.lognormvariate(math.log(median), SPREAD) * self._seller.pace

    def _dwell(self, days: float) -> None:
        """Time goes by in a stage: close dates are pushed, next steps are written."""
        end = self._now + int(days * DAY)
        is_quiet = self._is_adrift and days > 45
        if is_quiet and self._deal.quiet_from is None:
            self._deal.quiet_from = self._now + int(self._dice.uniform(5, 25) * DAY)
        note_at = self._now + self._note_gap()
        while self._now < self._end:
            push_at = self._push_time()
            if min(push_at, note_at) >= end:
                break
            if push_at <= note_at:
                self._push(push_at)
            else:
                if not (is_quiet and self._deal.quiet_from and note_at > self._deal.quiet_from):
                    self._save(note_at, next_step=self._note(self._deal.steps[-1].stage))
                note_at += self._note_gap()
        self._until = max(end, self._now + HOUR)

    def _note_gap(self) -> int:
        return int(self._dice.uniform(6, 26) * DAY)

    def _push_time(self) -> int:
        """When the close date is moved: in time, or by the careless long after it has passed."""
        due = self._deal.steps[-1].close * DAY
        late = self._dice.uniform(8, 65) if self._is_careless or self._is_adrift else self._dice.uniform(-4, 1)
        return max(due + int(late * DAY), self._now + HOUR)

    def _push(self, at: int) -> None:
        close = self._rounded_close(at // DAY + self._dice.randrange(8, 32))
        by = self._seller.manager if self._dice.random() < 0.05 else None
        self._save(at, close=max(close, self._deal.steps[-1].close + 1), by=by)

    def _rounded_close(self, day: int) -> int:
        return month_end(day) if self._dice.random() < 0.4 else day

    def _enter(self, name: str) -> None:
        dice, stage = self._dice, STAGE_BY_NAME[name]
        last = self._deal.steps[-1]
        amount = last.amount
        needs_amount = stage.probability > STAGE_BY_NAME["Discovery"].probability
        if amount is None and dice.random() < (0.9 if needs_amount else 0.4):
            amount = self._amount
        elif amount is not None and dice.random() < 0.25:
            amount = max(round(amount * dice.uniform(0.75, 1.35), -2), 100.0)
        probability, category = float(stage.probability), stage.category
        if dice.random() < 0.07:
            probability = min(max(probability + dice.choice((-10, 10, 15)), 5.0), 95.0)
        if dice.random() < 0.07:
            category = {"Pipeline": "BestCase", "BestCase": "Forecast"}.get(category, "Pipeline")
        by = self._seller.manager if dice.random() < 0.06 else None
        note = self._note(name) if dice.random() < 0.8 else last.next_step
        self._save(
            self._until,
            stage=name,
            amount=amount,
            probability=probability,
            category=category,
            next_step=note,
            by=by,
        )

    def _close(self, is_won: bool) -> None:
        dice, last = self._dice, self._deal.steps[-1]
        amount = last.amount
        at = self._until
        if is_won:
            amount = amount or self._amount
            if dice.random() < 0.05:
                amount = round(amount * dice.uniform(0.55, 0.68), -1)
                self._save(at, amount=amount)
                at = self._now + int(dice.uniform(1, 5) * DAY)
        reason = None
        if not is_won and dice.random() < 0.78:
            reason = dice.choice(LOSS_REASONS)
        stage = STAGE_BY_NAME[WON if is_won else LOST]
        closes_today = dice.random() < 0.95
        self._save(
            at,
            stage=stage.name,
            amount=amount,
            probability=float(stage.probability),
            category=stage.category,
            loss_reason=reason,
            closes_today=closes_today,
        )

    def _perhaps_reopen(self) -> None:
        dice = self._dice
        if self._will_win or dice.random() >= 0.03:
            return
        again = STAGE_BY_NAME["Negotiation"]
        self._until = self._now + int(dice.uniform(5, 60) * DAY)
        if self._until >= self._end:
            return
        close = self._until // DAY + dice.randrange(10, 40)
        self._save(
            self._until,
            stage=again.name,
            probability=float(again.probability),
            category=again.category,
            close=close,
            loss_reason=None,
        )
        self._deal.reopened_at = self._now
        self._dwell(dice.uniform(8, 40))
        if self._until < self._end:
            self._close(dice.random() < 0.4)

    def _note(self, stage: str) -> str | None:
        if not self._is_noting or stage not in NEXT_STEPS:
            return None
        return self._dice.choice(NEXT_STEPS[stage])

    def _save(self, at: int, *, by: int | None = None, closes_today: bool = False, **changes: object) -> None:
        last = self._deal.steps[-1]
        moment = in_office(at, self._dice)
        if moment <= last.at:
            moment = last.at + self._dice.randrange(60, 2 * HOUR)
        if closes_today:
            changes["close"] = moment // DAY
        person = self._seller.person if by is None else by
        self._deal.steps.append(replace(last, at=moment, by=person, **changes))  # type: ignore[arg-type]
