"""Masked columns never reach the disk in clear, and all other values come through untouched."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.landed import LandedBatch
from connectors.salesforce.choice import FieldChoice
from connectors.salesforce.masking import MaskingStream
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.sync import Known, landings

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org

NASTY = ["NA", "", "  ", "007", "a\r\nb", 'say "no"', "naïve ☃ 🎉", "x,y", "\x00nul\x00", "\n\n", "l\rone"]


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_only_the_named_columns_change_whatever_the_chunks(size: int) -> None:
    rows = [["Id", "Email", "Note"], *([f"{n}", f"mail{n}" if n % 2 else "", text] for n, text in enumerate(NASTY))]
    content = written(rows)
    stream = MaskingStream(["Email"], lambda text: f"<{text}>")
    masked = b"".join(stream.feed(content[at : at + size]) for at in range(0, len(content), size)) + stream.finish()
    expected = [[key, f"<{mail}>" if mail else "", note] for key, mail, note in rows[1:]]
    assert read(masked) == [rows[0], *expected]


def test_a_long_value_is_masked_too() -> None:
    stream = MaskingStream(["Note"], lambda text: str(len(text)))
    content = written([["Id", "Note"], ["1", "x\n" * 150_000]])  # more than the csv module reads by itself
    masked = b"".join(stream.feed(content[at : at + 50_000]) for at in range(0, len(content), 50_000))
    assert read(masked + stream.finish())[1] == ["1", "300000"]


def test_a_record_that_was_cut_gives_nothing_away() -> None:
    stream = MaskingStream(["Email"], lambda _: "masked")
    out = stream.feed(b'"Id","Email"\n"1","ann@exam') + stream.finish()
    assert b"ann" not in out
    assert out.count(b'"') % 2  # what counts the records sees the cut


@pytest.mark.parametrize("rest_rows", [0, 10])
def test_nothing_lands_in_clear(rest_rows: int, org: Org, client: Client, landing: Path) -> None:
    rows = [[f"006{n:015d}", f"Very secret {n}", "1.50", "2026-11-21T10:00:00.000Z"] for n in range(3)]
    org.job(3)
    org.results(org.page(rows))
    names = ("Id", "Name", "Amount", "SystemModstamp")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    org.on("GET", "queryAll/", org.json({"totalSize": 3, "done": True, "records": records}))
    org.on("GET", "limits/recordCount", org.json({"sObjects": [{"name": "Opportunity", "count": 3}]}))
    choice = FieldChoice(mask=("*.Name",), mask_key="a secret of some length")
    options = FetchOptions(choice=choice, rest_rows=rest_rows)
    synced = landings(
        client,
        "Opportunity",
        landing_dir=landing,
        known=Known(),
        run_id="r",
        expected_fields={},
        options=options,
    )
    (batch,) = list(synced)
    assert isinstance(batch, LandedBatch)
    mask = choice.masking
    assert mask is not None
    content = gzip.decompress(batch.pages[0].path.read_bytes())
    assert [row[1] for row in read(content)[1:]] == [mask(row[1]) for row in rows]
    assert batch.rows == 3
    on_disk = b"".join(path.read_bytes() for path in landing.rglob("*") if path.is_file())
    assert b"secret" not in content + on_disk
