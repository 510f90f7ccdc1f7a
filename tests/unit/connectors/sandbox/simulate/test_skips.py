"""When a stage of a deal's own process has been left out, and until when what was done counts."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from connectors.sandbox.company import Company, found
from connectors.sandbox.simulate.setting.era import DAY, Era
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import NEW_BUSINESS_CODE, STAGE_CODES
from connectors.sandbox.simulate.truth.activity_totals import doings_at
from connectors.sandbox.simulate.truth.skips import has_skipped

LIMITS = {
    STAGE_CODES[name]: days
    for name, days in (
        ("Prospecting", 14),
        ("Qualification", 14),
        ("Discovery", 14),
        ("Proposal", 10),
        ("Negotiation", 7),
    )
}


@pytest.fixture(scope="module")
def company() -> Company:
    return found(Era(7, 0.3, date(2026, 3, 18)))


@pytest.mark.parametrize(
    ("path", "is_skipped"),
    [
        ("Prospecting Qualification Discovery", False),
        ("Prospecting Discovery", True),
        ("Prospecting RenewalReview Discovery", True),
        ("RenewalReview Prospecting Discovery", True),
        ("Prospecting Discovery Qualification", False),
        ("Proposal Negotiation ClosedWon", False),
        ("Discovery ClosedWon", True),
        ("Prospecting ClosedLost", False),
        ("Prospecting ClosedLost Discovery", True),
        ("ClosedLost Discovery", False),
        ("ClosedWon", False),
    ],
)
def test_a_stage_is_skipped_when_the_deal_stands_beyond_it_and_was_never_in_it(path: str, is_skipped: bool) -> None:
    names = {name.replace(" ", ""): code for name, code in STAGE_CODES.items()}
    stages = tuple(names[name] for name in path.split())
    assert has_skipped(NEW_BUSINESS_CODE, stages) == is_skipped
    assert not has_skipped(NONE, stages)


def test_an_open_deal_is_idle_by_the_day_on_which_the_last_thing_on_record_happened(company: Company) -> None:
    """At each of some instants: from the day after the limit's last on, counted from what was on record by then."""
    book, steps, compared = company.pipeline.book, company.pipeline.book.steps, 0
    for back in (40, 133, 401):
        at = company.era.anchored - back * DAY + 50_000
        last: dict[int, int] = {}
        for each in doings_at(company.conduct, at):
            last[each.deal] = max(last.get(each.deal, each.day), each.day)
        deals = np.flatnonzero((book.deals.created <= at) & (book.deals.process == NEW_BUSINESS_CODE))
        planted = company.facts_at(datetime.fromtimestamp(at, UTC))["OPP-04"]
        for deal, step in zip(deals.tolist(), book.step_at(deals, np.full(deals.size, at)).tolist(), strict=True):
            if steps.is_closed[step] or steps.is_deleted[step] or steps.record_type[step] != NEW_BUSINESS_CODE:
                continue
            touched = max(last.get(deal, 0), int(book.deals.created[deal]) // DAY)
            limit = LIMITS.get(int(steps.stage[step]), 21)
            assert (str(book.ids[deal]) in planted) == (at // DAY - touched > limit), (back, deal)
            compared += 1
    assert compared > 30
