"""Rows are put in the order that numpy's stable sort by several keys puts them in, whatever their range."""

from typing import Any

import numpy as np
import pytest

from connectors.sandbox.simulate.setting.ordering import order_by

STREAM = np.random.default_rng(7)
SIZE = 3_000
KEYS = {
    "one key with ties": (STREAM.integers(0, 40, SIZE),),
    "below zero": (STREAM.integers(-50, 50, SIZE), STREAM.integers(-1, 3, SIZE)),
    "small integers": (STREAM.integers(-100, 100, SIZE).astype(np.int8), STREAM.integers(0, 9, SIZE)),
    "instants": (STREAM.integers(0, 900, SIZE), STREAM.integers(1_600_000_000, 1_750_000_000, SIZE)),
    "too wide for a word": (STREAM.integers(0, 1 << 30, SIZE) >> 20, STREAM.integers(-(1 << 61), 1 << 61, SIZE)),
    "all keys wide": tuple(STREAM.integers(0, 1 << 40, SIZE) for _ in range(3)),
    "no width at all": (np.zeros(SIZE, dtype=np.int64), STREAM.integers(-(1 << 62), 1 << 62, SIZE)),
    "nothing": (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)),
    "one row": (np.array([5]), np.array([-3])),
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS.keys())
def test_the_order_is_that_of_a_stable_sort(keys: tuple[Any, ...]) -> None:
    assert order_by(*keys).tolist() == np.lexsort(keys[::-1]).tolist()
