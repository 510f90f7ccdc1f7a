"""The drawn outcomes against what can be computed by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.forecasting.outcomes import Range, draw_outcomes, summarize

EVERYONE = np.array([True, True, True])


def test_a_certain_deal_is_won_in_every_draw_and_a_hopeless_one_in_none() -> None:
    outcomes = draw_outcomes(np.array([100.0, 70.0]), np.array([1.0, 0.0]), draws=50, seed=1)
    assert np.all(outcomes[:, 0] == 100.0)
    assert np.all(outcomes[:, 1] == 0.0)


def test_the_mean_is_the_sum_of_amount_times_chance() -> None:
    amounts, chances = np.array([100.0, 200.0, 50.0]), np.array([0.5, 0.25, 0.8])
    found = summarize(draw_outcomes(amounts, chances, draws=40_000, seed=3), EVERYONE)
    assert found.mean == pytest.approx(140.0, rel=0.02)


def test_the_quantiles_of_one_deal_are_its_two_outcomes() -> None:
    one = summarize(draw_outcomes(np.array([10.0]), np.array([0.4]), draws=2_000, seed=5), np.array([True]))
    assert (one.p10, one.p50, one.p90) == (0.0, 0.0, 10.0)


def test_what_is_already_won_moves_the_whole_range() -> None:
    assert Range(1.0, 0.0, 1.0, 2.0).plus(10.0) == Range(11.0, 10.0, 11.0, 12.0)


def test_a_scope_without_deals_expects_nothing() -> None:
    outcomes = draw_outcomes(np.array([]), np.array([]), draws=10, seed=1)
    assert summarize(outcomes, np.array([], dtype=bool)) == Range(0.0, 0.0, 0.0, 0.0)


def test_a_percentage_is_refused_as_a_chance() -> None:
    with pytest.raises(ValueError, match="not percent"):
        draw_outcomes(np.array([1.0]), np.array([40.0]), draws=1, seed=1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1), st.integers(0, 2)), min_size=1, max_size=20))
def test_reps_add_up_to_their_team_in_the_mean(deals: list[tuple[float, float, int]]) -> None:
    amounts, chances = np.array([d[0] for d in deals]), np.array([d[1] for d in deals])
    owners = np.array([d[2] for d in deals])
    outcomes = draw_outcomes(amounts, chances, draws=64, seed=9)
    reps = sum(summarize(outcomes, owners == owner).mean for owner in range(3))
    assert reps == pytest.approx(summarize(outcomes, owners >= 0).mean, abs=1e-6, rel=1e-9)
