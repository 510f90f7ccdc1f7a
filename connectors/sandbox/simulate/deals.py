"""A deal and its saved versions, and what others do to it: hand it over or delete it. How it lives: `life`."""

from dataclasses import dataclass, field, replace

from connectors.sandbox.simulate.process import LOST, WON, Process


@dataclass(frozen=True, slots=True)
class Step:
    """One saved version of an opportunity. `close` is a day number; `by` and `owner` index people."""

    at: int
    stage: str
    amount: float | None
    close: int
    probability: float
    category: str
    owner: int
    by: int
    next_step: str | None
    loss_reason: str | None = None
    is_deleted: bool = False


@dataclass(slots=True)
class Deal:
    """A deal and all its versions. `quiet_from` is when activity dies down though the deal is open."""

    index: int
    process: Process
    slot: int
    account: int
    source: str | None
    is_following: bool
    name: str
    steps: list[Step] = field(default_factory=list)
    quiet_from: int | None = None
    is_born_closed: bool = False
    is_skipping: bool = False
    is_regressing: bool = False
    reopened_at: int | None = None

    @property
    def created(self) -> int:
        return self.steps[0].at

    @property
    def ended(self) -> int | None:
        """When it was closed or deleted for good; None while it is open at the end of simulated time."""
        last = self.steps[-1]
        return last.at if last.is_deleted or last.stage in (WON, LOST) else None

    @property
    def deleted_at(self) -> int | None:
        last = self.steps[-1]
        return last.at if last.is_deleted else None

    @property
    def is_won(self) -> bool:
        return self.steps[-1].stage == WON and not self.steps[-1].is_deleted


def transfer(deal: Deal, leaving: int, person: int, heir: int) -> None:
    """Hand the deal over from `person`, who leaves, to `heir` at the instant `leaving`, if still open then."""
    before = [step for step in deal.steps if step.at < leaving]
    after = [step for step in deal.steps if step.at >= leaving]
    last = before[-1] if before else None
    if last is None or last.owner != person or last.is_deleted or last.stage in (WON, LOST):
        return
    handed = replace(last, at=leaving, owner=heir, by=heir)
    moved = [replace(s, owner=heir, by=heir if s.by == person else s.by, at=s.at + (s.at == leaving)) for s in after]
    deal.steps = [*before, handed, *moved]


def delete(deal: Deal, at: int) -> None:
    """Put the deal into the recycle bin: nothing happens to it afterwards."""
    kept = [step for step in deal.steps if step.at < at]
    deal.steps = [*kept, replace(kept[-1], at=at, is_deleted=True)]
    deal.reopened_at = deal.reopened_at if deal.reopened_at and deal.reopened_at < at else None
