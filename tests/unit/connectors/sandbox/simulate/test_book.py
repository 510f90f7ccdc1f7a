"""The book of deals can be asked for states and cut into parts without a change."""

from datetime import date

import numpy as np
import pytest

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.pipeline import fill_pipeline
from connectors.sandbox.simulate.setting.era import Era
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.hiring import hire

ERA = Era(7, 0.1, date(2026, 3, 18))


@pytest.fixture(scope="module")
def book() -> Book:
    return fill_pipeline(ERA, hire(ERA)).book


def test_steps_follow_one_another_without_a_gap(book: Book) -> None:
    steps = book.steps
    same = steps.deal[1:] == steps.deal[:-1]
    assert (steps.at[1:] > steps.at[:-1])[same].all()
    assert (steps.until[:-1] == np.where(same, steps.at[1:], NONE)).all()
    assert (steps.at[steps.is_first] == book.deals.created).all()


def test_parts_hold_all_deals_under_their_own_ids(book: Book) -> None:
    parts = list(book.parts(50))
    assert len(parts) > 4
    assert [each for part in parts for each in part.ids] == list(book.ids)
    assert np.array_equal(np.concatenate([part.steps.at for part in parts]), book.steps.at)
    assert all(
        np.array_equal(part.steps.deal + part.offset, book.steps.deal[book.starts[part.offset] :][: len(part.steps)])
        for part in parts
    )


def test_an_owner_at_an_instant_is_the_one_of_the_version_then(book: Book) -> None:
    steps = book.steps
    middle = np.where(steps.until == NONE, steps.at + 60, (steps.at + steps.until) // 2)
    assert (book.owner_at(steps.deal, middle) == steps.owner).all()
    before = book.owner_at(np.arange(len(book.deals)), book.deals.created - 5)
    assert (before == steps.owner[steps.is_first]).all()
