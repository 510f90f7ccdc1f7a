"""A page on disk is what came over the wire, or it is not there."""

import gzip
import hashlib
import zlib
from pathlib import Path

import pytest

from connectors.salesforce import pages
from connectors.salesforce.pages import PageWriter, TornPageError, sha256_of

TEXT = b'"Id","Name"\n"1","a\nb"\n"2","c"\n'


def write(path: Path, data: bytes, *, is_gzip: bool, chunk: int = 7) -> object:
    with PageWriter(path, is_gzip=is_gzip) as writer:
        for begin in range(0, len(data), chunk):
            writer.feed(data[begin : begin + chunk])
        content = writer.finish()
        writer.keep()
    assert (content.header, content.rows) == (("Id", "Name"), 2)
    assert content.bytes == path.stat().st_size
    assert content.sha256 == sha256_of(path)
    return content


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_compressed_bytes_are_kept_as_they_came(tmp_path: Path, chunk: int) -> None:
    path = tmp_path / "run" / "page-00001.csv.gz"
    data = gzip.compress(TEXT, mtime=0)
    write(path, data, is_gzip=True, chunk=chunk)
    assert path.read_bytes() == data


def test_plain_bytes_are_compressed(tmp_path: Path) -> None:
    path = tmp_path / "page.csv.gz"
    write(path, TEXT, is_gzip=False)
    assert gzip.decompress(path.read_bytes()) == TEXT


def test_several_gzip_members_are_one_page(tmp_path: Path) -> None:
    path = tmp_path / "page.csv.gz"
    write(path, gzip.compress(TEXT[:20], mtime=0) + gzip.compress(TEXT[20:]), is_gzip=True)


def test_a_page_that_unfolds_a_thousandfold_is_counted(tmp_path: Path) -> None:
    rows = 300_000
    data = gzip.compress(b'"Id"\n' + b'"000000000000000000"\n' * rows, mtime=0)
    with PageWriter(tmp_path / "page.csv.gz", is_gzip=True) as writer:
        writer.feed(data)
        assert writer.finish().rows == rows


@pytest.mark.parametrize(
    ("data", "is_gzip", "reason"),
    [
        (gzip.compress(TEXT, mtime=0)[:-9], True, "end in the middle"),
        (gzip.compress(TEXT, mtime=0)[:-1], True, "end in the middle"),
        (b"<html>no gzip", True, "damaged"),
        (TEXT[:-3], False, "inside a quoted value"),
        (gzip.compress(TEXT[:-3], mtime=0), True, "inside a quoted value"),
    ],
)
def test_a_torn_page_leaves_nothing_behind(tmp_path: Path, data: bytes, is_gzip: bool, reason: str) -> None:
    path = tmp_path / "page.csv.gz"
    with pytest.raises(TornPageError, match=reason), PageWriter(path, is_gzip=is_gzip) as writer:
        writer.feed(data)
        writer.finish()
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_not_kept_leaves_an_earlier_one_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.csv.gz"
    path.write_bytes(b"earlier")
    with PageWriter(path, is_gzip=False) as writer:
        writer.feed(TEXT)
    assert path.read_bytes() == b"earlier"


def test_an_empty_stream_is_an_empty_page(tmp_path: Path) -> None:
    with PageWriter(tmp_path / "page.csv.gz", is_gzip=True) as writer:
        content = writer.finish()
    assert (content.header, content.rows) == ((), 0)


def test_the_hash_is_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_of(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("chunk", [7, 1000])
def test_without_the_faster_library_a_page_is_the_same(
    tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = gzip.compress(TEXT, mtime=0)
    content = write(tmp_path / "page.csv.gz", data, is_gzip=True, chunk=chunk)
    monkeypatch.setattr(pages, "inflating", zlib)
    assert write(tmp_path / "other.csv.gz", data, is_gzip=True, chunk=chunk) == content
    with PageWriter(tmp_path / "torn.csv.gz", is_gzip=True) as writer, pytest.raises(TornPageError, match="damaged"):
        writer.feed(b"<html>no gzip")
