"""Records made in a thread ahead of the store: the same ones, in order, never many, and errors where they belong."""

import threading
from collections.abc import Iterator

import pytest

from connectors.sandbox.store.ahead import WAITING, Ahead


def test_every_source_gives_what_it_makes_in_order() -> None:
    with Ahead({"b": range(7), "a": "xyz", "none": []}, ["a", "none", "b"]) as ahead:
        assert [list(ahead.batches(name)) for name in ("a", "none", "b")] == [list("xyz"), [], list(range(7))]


def test_no_more_is_made_than_a_few_batches_ahead() -> None:
    made: list[int] = []

    def source() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    with Ahead({"a": source()}, ["a"]) as ahead:
        batches = ahead.batches("a")
        assert [next(batches) for _ in range(10)] == list(range(10))
        assert len(made) <= 10 + WAITING + 1


def test_what_a_source_raises_is_raised_to_its_reader() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("no second batch")

    with Ahead({"a": [0], "b": source()}, ["a", "b"]) as ahead:
        assert list(ahead.batches("a")) == [0]
        batches = ahead.batches("b")
        assert next(batches) == 1
        with pytest.raises(ValueError, match="no second batch"):
            next(batches)


def test_a_reader_that_gives_up_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with pytest.raises(KeyError), Ahead({"a": range(1000)}, ["a"]) as ahead:
        next(ahead.batches("a"))
        raise KeyError
    assert threading.active_count() == before
