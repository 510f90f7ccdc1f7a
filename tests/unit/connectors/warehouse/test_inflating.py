"""Pages lie as text beside the landing zone's while a load reads them, where that is worth it, and never longer."""

import dataclasses
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connectors.landed import LandedBatch
from connectors.warehouse import inflating
from connectors.warehouse.errors import LandedPageError
from connectors.warehouse.inflating import inflated
from connectors.warehouse.landing import load
from connectors.warehouse.pages import opened

ROW = ["1", "false", "2026-01-01T00:00:00.000Z", 'Big "deal",\r\nto be signed', "5.00"]
needs_isal = pytest.mark.skipif(inflating.isal is None, reason="there is no isal on this machine")


@needs_isal
def test_the_text_of_each_page_is_there_until_it_is_read(
    tmp_path: Path, land_for_good: Callable[..., LandedBatch]
) -> None:
    batch = land_for_good([ROW], [], [ROW, ROW])
    with inflated(batch) as texts:
        assert list(texts.values()) == [page.path for page in batch.pages]
        assert all(text.read_bytes() == gzip.decompress(page.read_bytes()) for text, page in texts.items())
    assert not (tmp_path / "landing" / "inflated").exists()


@needs_isal
def test_a_page_of_several_gzip_members_is_inflated_whole(land_for_good: Callable[..., LandedBatch]) -> None:
    batch = land_for_good([ROW])
    path = batch.pages[0].path
    path.write_bytes(path.read_bytes() + gzip.compress(b'"2","","","",""\n'))
    with inflated(batch) as texts:
        assert next(iter(texts)).read_bytes() == gzip.decompress(path.read_bytes())


@needs_isal
def test_what_a_killed_load_has_left_goes_with_the_next_one(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, land_for_good: Callable[..., LandedBatch]
) -> None:
    batch = land_for_good([ROW])
    left = tmp_path / "landing" / "inflated" / "1.csv"
    left.parent.mkdir()
    left.write_text("half of another page")
    assert load(warehouse, batch, run_id="r1").inserted == 1
    assert warehouse.execute("SELECT name FROM raw_salesforce.opportunity").fetchall() == [(ROW[3],)]
    assert not left.parent.exists()


def test_pages_that_would_take_too_much_room_are_read_as_they_are(
    warehouse: duckdb.DuckDBPyConnection, land_for_good: Callable[..., LandedBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflating, "MOST_BYTES", 200)
    batch = land_for_good([ROW], [["2", *ROW[1:]]])
    with opened(batch) as source:
        assert (source.files, source.compression) == ([page.path for page in batch.pages], "gzip")
    assert load(warehouse, batch, run_id="r1").inserted == 2


def test_without_isal_pages_are_read_as_they_are(
    warehouse: duckdb.DuckDBPyConnection, land_for_good: Callable[..., LandedBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflating, "isal", None)
    assert load(warehouse, land_for_good([ROW]), run_id="r1").inserted == 1


def test_no_room_on_the_disk_is_no_reason_to_stop(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, land_for_good: Callable[..., LandedBatch]
) -> None:
    batch = land_for_good([ROW])
    (tmp_path / "landing" / "inflated").write_text("a file where the folder should be made")
    assert load(warehouse, batch, run_id="r1").inserted == 1


WHOLE_HEADER = b'"Id","IsDeleted","SystemModstamp","Name","Amount"\n'
OPEN_QUOTE = gzip.compress(WHOLE_HEADER + b'"1","false","","open')


@pytest.mark.parametrize("content", [b"no gzip at all", OPEN_QUOTE], ids=["no gzip", "open quote"])
def test_an_error_names_the_page_that_was_landed(
    warehouse: duckdb.DuckDBPyConnection, land_for_good: Callable[..., LandedBatch], content: bytes
) -> None:
    batch = land_for_good([ROW])
    batch.pages[0].path.write_bytes(content)
    page = dataclasses.replace(batch.pages[0], sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(LandedPageError, match=r"page-00001\.csv\.gz"):
        load(warehouse, dataclasses.replace(batch, pages=(page,)), run_id="r1")
