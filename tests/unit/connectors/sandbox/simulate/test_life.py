"""Deals live within realistic ranges, and following the process pays as much as is set: also nothing at all.

The ranges, as they are meant here: of the deals that are stated in Best Case or Commit to close in the quarter that
begins, 44 % are won in it; a win has had 4 changes of its close date; of the deals open when a month begins, 8 % are
put off to a later quarter within it; 43 % of the deals that end have had another amount than they end with.
"""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from connectors.sandbox.simulate.deals.book import Book, Flags
from connectors.sandbox.simulate.deals.fates import WINS
from connectors.sandbox.simulate.deals.pipeline import Pipeline, fill_pipeline
from connectors.sandbox.simulate.deals.routes import VISITS
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.fiscal import first_days, months_of, quarters_of
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import (
    CATEGORIES,
    DEPTHS,
    NEW_BUSINESS_CODE,
    ORDERS,
    PLACE_SHARES,
    PROCESSES,
)
from connectors.sandbox.simulate.staff.hiring import hire

ERA = Era(7, 5.0, date(2026, 3, 18))
SMALL = replace(ERA, scale=1.0)
MONTHS = first_days(np.arange(*months_of(np.array([ERA.start // DAY + 180, ERA.anchored // DAY]))))
STATED = [CATEGORIES.index("BestCase"), CATEGORIES.index("Forecast")]


def live(era: Era) -> Pipeline:
    return fill_pipeline(era, hire(era))


@pytest.fixture(scope="module")
def book() -> Book:
    return live(ERA).book


def states(book: Book, day: int) -> tuple[Ints, Flags]:
    """The step of each deal at the beginning of a day, and whether the deal is there and open."""
    step = book.step_at(np.arange(len(book.deals)), np.full(len(book.deals), day * DAY - 1))
    is_open = ~book.steps.is_closed[step] & ~book.steps.is_deleted[step]
    return step, np.asarray(is_open & (book.deals.created < day * DAY))


def test_of_the_deals_stated_to_close_in_the_coming_quarter_44_percent_do(book: Book) -> None:
    steps, due, done = book.steps, 0, 0
    for day in MONTHS[(MONTHS // 31 >= 0) & (months_of(MONTHS) % 3 == 0)][:-1].tolist():
        end = int(first_days(months_of(np.array([day])) + 3)[0])
        (now, is_open), (then, _) = states(book, day), states(book, end)
        stated = is_open & (steps.close[now] >= day) & (steps.close[now] < end) & np.isin(steps.category[now], STATED)
        due += int(stated.sum())
        done += int((stated & steps.is_won[then]).sum())
    assert due > 1_000
    assert 0.38 <= done / due <= 0.5


def test_a_win_has_had_four_changes_of_its_close_date(book: Book) -> None:
    steps = book.steps
    changed = ~steps.same(steps.close) & ~steps.is_first & ~steps.is_deleted
    counts = np.bincount(steps.deal[changed], minlength=len(book.deals))
    assert 3.5 <= counts[book.deals.is_won & ~book.deals.is_born_closed].mean() <= 4.5


def test_8_percent_of_open_deals_are_put_off_to_a_later_quarter_in_a_month(book: Book) -> None:
    steps, open_count, put_off = book.steps, 0, 0
    for day, end in zip(MONTHS[:-1].tolist(), MONTHS[1:].tolist(), strict=True):
        (now, was_open), (then, is_open) = states(book, day), states(book, end)
        later = quarters_of(steps.close[then]) > quarters_of(steps.close[now])
        open_count += int(was_open.sum())
        put_off += int((was_open & is_open & later).sum())
    assert 0.07 <= put_off / open_count <= 0.09


def test_43_percent_of_ended_deals_changed_their_amount(book: Book) -> None:
    steps, deals = book.steps, book.deals
    before = np.concatenate([[np.nan], steps.amount[:-1]])
    changed = ~steps.same(steps.amount) & ~steps.is_first & ~np.isnan(before)
    has_changed = np.bincount(steps.deal[changed], minlength=len(deals)) > 0
    ended = (deals.ended != NONE) & (deals.deleted_at == NONE) & ~deals.is_born_closed
    assert 0.39 <= has_changed[ended].mean() <= 0.47


def test_wins_crowd_at_the_end_of_the_quarter(book: Book) -> None:
    won = book.steps.is_won & ~book.steps.is_first & ~book.steps.same(book.steps.stage)
    day = book.steps.at[won] // DAY
    left = first_days((quarters_of(day) + 1) * 3) - day
    assert (left <= 6).mean() > 1.8 * 6 / 91


def test_fewer_deals_start_while_the_market_is_shocked(book: Book) -> None:
    before = book.deals.created // DAY - ERA.anchored // DAY
    new = book.deals.process == NEW_BUSINESS_CODE
    year_earlier = (before >= -1_005) & (before < -865) & new
    shocked = (before >= -640) & (before < -500) & new
    year_later = (before >= -275) & (before < -135) & new
    assert shocked.sum() < 0.95 * (year_earlier.sum() + year_later.sum()) / 2


def test_versions_of_a_deal_are_a_minute_apart_at_least_and_nothing_follows_a_deletion(book: Book) -> None:
    steps = book.steps
    follows = ~steps.is_first[1:]
    assert (np.diff(steps.at)[follows] >= 60).all()
    assert not (steps.is_deleted[:-1] & follows).any()
    assert (steps.at[steps.is_first] == book.deals.created).all()
    assert (steps.at < ERA.end).all()


def test_renewals_lead_to_renewals_and_wins_to_referrals(book: Book) -> None:
    deals = book.deals
    renewals = np.flatnonzero((deals.process == 2) & (deals.account != NONE))
    assert np.bincount(deals.account[renewals]).max() >= 3
    assert 0.1 < (deals.source[deals.process == NEW_BUSINESS_CODE] == 1).mean() < 0.25


def payoff(pipeline: Pipeline) -> tuple[float, float]:
    """How much more of the new business that follows the process is won, seller by seller, and its standard error."""
    deals, fates = pipeline.book.deals, pipeline.fates
    new = (deals.process == NEW_BUSINESS_CODE) & (fates.last != NONE)
    won, follows, slot = (fates.fate == WINS)[new], deals.is_following[new], deals.slot[new]
    sizes = [np.bincount(slot[follows == side], minlength=slot.max() + 1) for side in (False, True)]
    wins = [np.bincount(slot[won & (follows == side)], minlength=slot.max() + 1) for side in (False, True)]
    both = (sizes[0] > 0) & (sizes[1] > 0)
    weight = (sizes[0] * sizes[1] / np.maximum(sizes[0] + sizes[1], 1))[both]
    rates = [(wins[side] / np.maximum(sizes[side], 1))[both] for side in (0, 1)]
    variance = won.mean() * (1 - won.mean()) / weight.sum()
    return float(((rates[1] - rates[0]) * weight).sum() / weight.sum()), float(np.sqrt(variance))


def test_without_an_effect_following_the_process_wins_nothing() -> None:
    """At large n: what is left between those who follow and those who do not is chance."""
    difference, error = payoff(live(replace(ERA, adherence_effect=0.0, scale=12.0)))
    assert error < 0.008
    assert abs(difference) < 3 * error


def test_without_an_effect_the_way_to_a_stage_says_nothing_of_winning() -> None:
    """Whoever has come to a stage wins as often, by whatever way; and as often as the chance at birth lets expect.

    That chance is compared, so that sellers and sources are alike: by process, stage and what marks the way.
    """
    pipeline = live(replace(ERA, adherence_effect=0.0))
    fates, chance = pipeline.fates, pipeline.chance
    place = np.where(fates.stages == NONE, NONE, ORDERS[fates.process[:, None], fates.stages])
    visited = (np.arange(VISITS)[None, :] <= fates.last[:, None]) & (place != NONE)
    step = np.diff(np.where(place == NONE, np.nan, place), axis=1)
    ways = {
        "following": pipeline.book.deals.is_following,
        "leaving out": (step > 1).any(axis=1),
        "going back": (step < 0).any(axis=1),
        "astray": ((fates.stages != NONE) & (place == NONE)).any(axis=1),
        "rushing": fates.is_blitz,
    }
    squares, count = 0.0, 0
    for way, process in itertools.product(ways.values(), range(len(PROCESSES))):
        for stage in range(int(DEPTHS[process])):
            left = 1 - PLACE_SHARES[process, :stage].sum()
            said = chance / (chance + (1 - chance) * left)
            here = (fates.process == process) & (visited & (place == stage)).any(axis=1) & way
            if here.sum() >= 50:
                error = np.sqrt((said[here] * (1 - said[here])).sum())
                deviation = float(((fates.fate == WINS)[here].sum() - said[here].sum()) / error)
                assert abs(deviation) < 4
                squares, count = squares + deviation * deviation, count + 1
    assert count > 25
    assert squares < count + 4 * np.sqrt(2 * count)


def test_the_usual_effect_is_found_at_large_n() -> None:
    difference, error = payoff(live(replace(ERA, scale=12.0)))
    assert difference > 10 * error


def test_the_effect_is_as_large_as_it_is_set() -> None:
    """Chances with and without the effect differ by it in the logit, for those who follow and those who do not."""
    without, with_ = (live(replace(SMALL, adherence_effect=effect)) for effect in (0.0, 0.6))
    chances = [
        dict(zip(told.book.deals.created.tolist(), told.chance.tolist(), strict=True)) for told in (without, with_)
    ]
    follows = dict(zip(with_.book.deals.created.tolist(), with_.book.deals.is_following.tolist(), strict=True))
    process = dict(zip(with_.book.deals.created.tolist(), with_.book.deals.process.tolist(), strict=True))
    checked = 0
    for born in chances[0].keys() & chances[1].keys():
        if process[born] == NEW_BUSINESS_CODE:
            logits = [np.log(told[born] / (1 - told[born])) for told in chances]
            checked += abs(logits[1] - logits[0] - 0.6 * (follows[born] - 0.6)) < 1e-9
    assert checked > 0.7 * (without.book.deals.process == NEW_BUSINESS_CODE).sum()
