"""What customers have bought, as terms of a year, and what became of each at its end, told from the deals alone.

The CRM knows no contracts, so this is what can be said of them: a win runs for a term from its close date, an
expansion with the latest contract that runs on its day, and a renewal of the same account that is due about the end of
a term answers that contract. A contract without a renewal of its own takes that of another one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.setting.era import DAY, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import EXPANSION_CODE, RENEWAL_CODE
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.periods import later

TERM_MONTHS, ABOUT_DAYS = 12, 120
UNDECIDED = ("open", "running")


@dataclass(slots=True)
class Contract:
    """Wins (close date and cents each) that end together on the day `due`; none for a renewal of an unknown contract.

    `ended` is the first day on which it runs no more, None while its renewal is open. `outcome` is renewed, lost,
    lapsed, or not decided yet: open or running.
    """

    account: int
    key: str
    start: date
    due: date
    wins: list[tuple[date, int]] = field(default_factory=list)
    outcome: str = "running"
    ended: date | None = None

    @property
    def cents(self) -> int:
        return sum(cents for _, cents in self.wins)

    def runs_on(self, day: date) -> bool:
        return self.ended is None or self.ended > day


def contracts(every: Iterable[Story], book: Book, today: date) -> list[Contract]:
    """Those of all accounts, and after an account's the renewals whose contract is not known."""
    accounts: dict[int, list[Story]] = defaultdict(list)
    for story in every:
        account = int(book.deals.account[story.index])
        if account != NONE and not story.last.is_deleted:
            accounts[account].append(story)
    return [each for account, told in accounts.items() for each in _of_account(account, told, book, today)]


def _of_account(account: int, told: list[Story], book: Book, today: date) -> Iterator[Contract]:
    begun = _begun(account, told, book)
    renewals = {str(book.ids[story.index]): story for story in told if story.process == RENEWAL_CODE}
    answers = {key: _answered(key, _closes(story), begun) for key, story in renewals.items()}
    for contract in begun:
        candidates = [key for key, answered in answers.items() if contract.key in answered]
        ranked = (
            (answers[key][0] != contract.key, _rank(renewals[key]), _distance(_closes(renewals[key]), contract), key)
            for key in candidates
        )
        best = min(ranked, default=None)
        _conclude(contract, None if best is None else renewals[best[-1]], today)
        yield contract
    for key, story in renewals.items():
        if not answers[key]:
            yield Contract(account, key, _closes(story), _closes(story), outcome=_fate(story))


def _begun(account: int, told: list[Story], book: Book) -> list[Contract]:
    """The contracts of an account with the expansions of each."""
    wins = [(_closes(story), str(book.ids[story.index]), story) for story in told if story.last.is_won]
    begun = [
        Contract(account, key, day, later(day, TERM_MONTHS), [(day, story.last.cents)])
        for day, key, story in wins
        if story.process != EXPANSION_CODE
    ]
    bases = list(begun)
    for day, key, story in wins:
        if story.process == EXPANSION_CODE:
            running = [base for base in bases if base.start <= day < base.due]
            if running:
                latest = max(base.start for base in running)
                chosen = min((base for base in running if base.start == latest), key=lambda base: base.key)
                chosen.wins.append((day, story.last.cents))
            else:
                begun.append(Contract(account, key, day, later(day, TERM_MONTHS), [(day, story.last.cents)]))
    return begun


def _answered(key: str, closes: date, begun: list[Contract]) -> list[str]:
    """Which contracts a renewal may answer, the nearest first."""
    near = (
        (_distance(closes, each), each.start, each.key) for each in begun if each.key != key and each.start < closes
    )
    return [found for distance, _, found in sorted(near) if distance <= ABOUT_DAYS]


def _conclude(contract: Contract, renewal: Story | None, today: date) -> None:
    due = contract.due
    if renewal is None:
        contract.outcome, contract.ended = ("lapsed" if due <= today else "running"), due
        return
    contract.outcome = _fate(renewal)
    closed = to_date((renewal.closed_at or 0) // DAY)
    contract.ended = {"renewed": _closes(renewal), "lost": max(due, closed), "open": None}[contract.outcome]


def _fate(renewal: Story) -> str:
    return "renewed" if renewal.last.is_won else "lost" if renewal.last.is_closed else "open"


def _rank(renewal: Story) -> int:
    return ("renewed", "open", "lost").index(_fate(renewal))


def _closes(story: Story) -> date:
    return to_date(story.last.close)


def _distance(closes: date, contract: Contract) -> int:
    return abs((closes - contract.due).days)
