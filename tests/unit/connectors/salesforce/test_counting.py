"""Records are counted as a CSV parser would count them, whatever the values hold and however they arrive."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.salesforce.counting import RecordCounter

NASTY = st.text(alphabet='ab",\n\r\t 🙂é\x00', max_size=8) | st.text(max_size=6)
CELL = st.none() | NASTY.filter(lambda text: not any("\ud800" <= mark <= "\udfff" for mark in text))


def counted(data: bytes, *cuts: int) -> RecordCounter:
    counter = RecordCounter()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for begin, end in pairwise(edges):
        counter.feed(data[begin:end])
    return counter


@settings(deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=6),
    line_end=st.sampled_from(["\n", "\r\n"]),
    ends_with_line_break=st.booleans(),
    cuts=st.lists(st.integers(min_value=0, max_value=10_000), max_size=5),
)
def test_the_count_equals_that_of_the_csv_module(
    rows: list[list[str | None]], line_end: str, ends_with_line_break: bool, cuts: list[int]
) -> None:
    quoted = [
        ",".join("" if cell is None else f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows
    ]
    text = line_end.join(quoted) + (line_end if rows and ends_with_line_break else "")
    expected = len(list(csv.reader(io.StringIO(text, newline=""))))
    counter = counted(text.encode(), *cuts)
    assert counter.records == expected
    assert not counter.is_cut


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"", 0),
        (b'"Id"\n', 1),
        (b'"Id"', 1),
        (b'"Id"\n"a\nb"\n', 2),
        (b'"Id"\r\n"a\r\nb"\r\n', 2),
        (b'"Id"\n""""\n', 2),
        (b'"Id"\n"a""\n""b"\n', 2),
        ('"Id"\n"🙂\n🙂"\n'.encode(), 2),
        (b'"Id","X"\n"1",\n,"2"\n', 3),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_line_breaks_inside_quotes_are_no_record_ends(data: bytes, records: int, chunk: int) -> None:
    counter = RecordCounter()
    for begin in range(0, len(data), chunk):
        counter.feed(data[begin : begin + chunk])
    assert counter.records == records


def test_a_stream_that_ends_inside_quotes_is_known_as_cut() -> None:
    assert counted(b'"Id"\n"half a va').is_cut


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_the_header_is_the_first_line_even_in_single_bytes(line_end: bytes) -> None:
    data = b'"Id","Name"' + line_end + b'"1","x"' + line_end
    assert counted(data, *range(len(data))).header == b'"Id","Name"'
