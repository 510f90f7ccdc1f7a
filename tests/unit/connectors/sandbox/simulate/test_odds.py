"""The true odds hold: deals with a stated probability are won with that frequency, and close when they are said to."""

import itertools
from datetime import date

import numpy as np
import pytest

from connectors.sandbox.simulate.deals.fates import WINS
from connectors.sandbox.simulate.deals.pipeline import Pipeline, fill_pipeline
from connectors.sandbox.simulate.setting.era import DAY, Era
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.hiring import hire
from connectors.sandbox.simulate.truth.odds import HORIZONS, Odds, odds_at, odds_table

ERA = Era(7, 5.0, date(2026, 3, 18))
DAYS = [ERA.start // DAY + shift for shift in (300, 700, 1_090)]  # so far apart that few deals are asked about twice


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return fill_pipeline(ERA, hire(ERA))


@pytest.fixture(scope="module")
def asked(pipeline: Pipeline) -> list[Odds]:
    return [odds_at(ERA, pipeline.fates, day) for day in DAYS]


def outcome(pipeline: Pipeline, odds: Odds) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(closing day, is won, is deleted) of the deals that were asked about, as it came to be."""
    fates, deals = pipeline.fates.take(odds.deals), odds.deals
    again = (fates.reopened_day != NONE) & (fates.reopened_day <= odds.day)
    closed = np.where(again, fates.reclosed_day, fates.closed_day)
    gone = (fates.deleted_day > odds.day) & (fates.deleted_day <= closed)
    won = np.where(again, fates.is_rewon, fates.fate == WINS) & ~gone
    assert deals.size
    return closed, won, gone


def deviations(said: np.ndarray, came: np.ndarray) -> list[float]:
    """Per tenth of the probabilities, how many standard errors the frequency lies off."""
    tenth = np.minimum((said * 10).astype(int), 9)
    found = []
    for number in range(10):
        chosen = tenth == number
        if chosen.sum() >= 50:
            error = np.sqrt((said[chosen] * (1 - said[chosen])).sum())
            found.append(float((came[chosen].sum() - said[chosen].sum()) / error))
    return found


def test_deals_are_won_as_often_as_the_odds_say(pipeline: Pipeline, asked: list[Odds]) -> None:
    said = np.concatenate([odds.won.sum(axis=1) for odds in asked])
    came = np.concatenate([outcome(pipeline, odds)[1] for odds in asked])
    found = deviations(said, came)
    assert len(found) >= 9
    assert max(map(abs, found)) < 3.5
    assert sum(each * each for each in found) < 27  # chi-square with ten degrees: one in four hundred


@pytest.mark.parametrize("days", [30, 90])
def test_deals_are_won_within_a_horizon_as_often_as_the_odds_say(
    pipeline: Pipeline, asked: list[Odds], days: int
) -> None:
    said = np.concatenate([odds.won[:, :days].sum(axis=1) for odds in asked])
    came = []
    for odds in asked:
        closed, won, _ = outcome(pipeline, odds)
        came.append(won & (closed <= odds.day + days))
    found = deviations(said, np.concatenate(came))
    assert len(found) >= 7
    assert max(map(abs, found)) < 3.5


def test_closings_fall_evenly_into_the_said_distribution(pipeline: Pipeline, asked: list[Odds]) -> None:
    """The probability integral transform, in the middle of each day's probability, is uniform."""
    levels = []
    for odds in asked:
        closed, _, gone = outcome(pipeline, odds)
        closing = odds.won + odds.lost
        closing = closing / closing.sum(axis=1, keepdims=True)
        place = np.minimum(closed - odds.day - 1, closing.shape[1] - 1)
        rows = np.arange(odds.deals.size)
        level = np.cumsum(closing, axis=1)[rows, place] - closing[rows, place] / 2
        levels.append(level[~gone])
    every = np.concatenate(levels)
    counts = np.histogram(every, 10, (0, 1))[0]
    assert ((counts - every.size / 10) ** 2 / (every.size / 10)).sum() < 27
    assert abs(every.mean() - 0.5) < 4 * np.sqrt(1 / 12 / every.size)


def test_deletions_come_as_often_as_the_odds_say(pipeline: Pipeline, asked: list[Odds]) -> None:
    said = np.concatenate([odds.deleted for odds in asked])
    came = np.concatenate([outcome(pipeline, odds)[2] for odds in asked])
    assert abs(came.sum() - said.sum()) < 3.5 * np.sqrt((said * (1 - said)).sum())


def test_the_odds_tell_all_that_may_happen(asked: list[Odds]) -> None:
    for odds in asked:
        total = odds.won.sum(axis=1) + odds.lost.sum(axis=1) + odds.deleted + odds.beyond
        assert np.allclose(total, 1)


def test_the_deals_asked_about_are_the_ones_that_the_records_show_open(pipeline: Pipeline, asked: list[Odds]) -> None:
    book = pipeline.book
    for odds in asked:
        step = book.step_at(np.arange(len(book.deals)), np.full(len(book.deals), (odds.day + 1) * DAY - 1))
        is_open = ~book.steps.is_closed[step] & ~book.steps.is_deleted[step]
        shown = np.flatnonzero(is_open & (book.deals.created < (odds.day + 1) * DAY))
        assert np.setxor1d(shown, odds.deals).size <= 0.002 * shown.size


def test_odds_as_a_table_grow_with_the_horizon(pipeline: Pipeline, asked: list[Odds]) -> None:
    table = odds_table(ERA, asked[0], pipeline.book.numbers)
    columns = [np.array(table[f"won_within_{days}_days"]) for days in HORIZONS]
    assert all((late >= early - 1e-12).all() for early, late in itertools.pairwise(columns))
    assert (np.array(table["close_date_p10"]) <= np.array(table["close_date_p90"])).all()
    assert table["opportunity_id"].to_pylist()[0].startswith("006")


def test_no_deal_is_open_in_an_era_that_has_not_begun(pipeline: Pipeline) -> None:
    odds = odds_at(ERA, pipeline.fates, ERA.start // DAY - 1)
    assert odds.deals.size == 0
    assert odds_table(ERA, odds, pipeline.book.numbers).num_rows == 0
