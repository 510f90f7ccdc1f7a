"""The lines of a bulk answer are the same from memory and from a file, from every row on."""

import pyarrow as pa
import pytest

from connectors.sandbox.query import lines as lines_module
from connectors.sandbox.query.lines import Lines

TEXTS = [f'"{number}","{"ä" * (number % 5)}\n"\n' for number in range(50)]


def batches() -> list[pa.RecordBatch]:
    whole = pa.record_batch({"line": TEXTS})
    return [whole.slice(0, 7), whole.slice(7, 0), whole.slice(7, 30), whole.slice(37)]


@pytest.mark.parametrize("kept", [0, 300, 10_000_000])
def test_pages_put_together_are_the_whole(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(lines_module, "KEPT_BYTES", kept)
    made = Lines(batches())
    assert len(made) == len(TEXTS)
    for size in (1, 8, 50, 1000):
        pages = [made.read(start, size) for start in range(0, len(made), size)]
        assert b"".join(pages).decode() == "".join(TEXTS)
        assert pages[0].decode() == "".join(TEXTS[:size])
    assert made.read(50, 5) == made.read(60, 5) == b""


def test_an_empty_answer_has_no_lines() -> None:
    made = Lines([])
    assert (len(made), made.read(0, 10)) == (0, b"")
