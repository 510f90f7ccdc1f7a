"""Pages are checked before anything is loaded: hash, header, shape, count, keys."""

import dataclasses
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from connectors.landed import LandedBatch
from connectors.warehouse.errors import LandedPageError, LoadIncompleteError, RepeatedRowsError, WarehouseError
from connectors.warehouse.pages import read

ROW = ["1", "false", "2026-01-01T00:00:00.000Z", "Big deal", "5.00"]
HEADER = b'"Id","IsDeleted","SystemModstamp","Name","Amount"\n'


def reading(warehouse: duckdb.DuckDBPyConnection, batch: LandedBatch) -> int:
    read(warehouse, batch, {column.name: column.duckdb_type for column in batch.columns})
    row = warehouse.execute("SELECT count(*) FROM incoming_rows").fetchone()
    assert row is not None
    return int(row[0])


def holding(batch: LandedBatch, content: bytes, rows: int = 1) -> LandedBatch:
    """The batch with other bytes in its first page, landed so."""
    path = batch.pages[0].path
    path.write_bytes(content)
    page = dataclasses.replace(batch.pages[0], rows=rows, sha256=hashlib.sha256(content).hexdigest())
    return dataclasses.replace(batch, pages=(page, *batch.pages[1:]))


def test_all_pages_are_read_the_empty_ones_too(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    assert reading(warehouse, land([ROW], [], [["2", *ROW[1:]]])) == 2


def test_a_batch_without_pages_has_no_rows(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    assert reading(warehouse, land()) == 0


def test_a_page_that_changed_on_disk_is_refused(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    batch = land([ROW])
    batch.pages[0].path.write_bytes(gzip.compress(HEADER))
    with pytest.raises(LandedPageError, match=r"page-00001\.csv\.gz cannot be loaded: its sha256.*sync again"):
        reading(warehouse, batch)


def test_a_page_that_is_gone_is_named(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    batch = land([ROW])
    Path(batch.pages[0].path).unlink()
    with pytest.raises(LandedPageError, match="No such file"):
        reading(warehouse, batch)


def test_columns_in_another_order_are_refused(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]
) -> None:
    swapped = HEADER.replace(b'"Name","Amount"', b'"Amount","Name"')
    with pytest.raises(LandedPageError, match="'Amount' stands where 'Name' should"):
        reading(warehouse, holding(land([ROW]), gzip.compress(swapped), rows=0))
    with pytest.raises(LandedPageError, match="1 columns instead of 5"):
        reading(warehouse, holding(land([ROW]), gzip.compress(b'"Id"\n'), rows=0))


@pytest.mark.parametrize(
    "row",
    [b'"1","false","","Big', b'"1","false"\n', b'"1","false","","\xff","1"\n'],
    ids=["cut", "short", "no UTF-8"],
)
def test_a_malformed_row_is_refused_with_its_file(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], row: bytes
) -> None:
    with pytest.raises(LandedPageError, match=r"page-00001\.csv\.gz cannot be loaded: it is no well-formed CSV"):
        reading(warehouse, holding(land([ROW]), gzip.compress(HEADER + row)))


def test_a_truncated_file_is_refused(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    content = gzip.compress(HEADER + b'"1","false","","a","1"\n' * 2000)
    with pytest.raises(WarehouseError):
        reading(warehouse, holding(land([ROW]), content[: len(content) // 2], rows=2000))


@pytest.mark.parametrize("announced", [0, 2])
def test_more_or_fewer_rows_than_announced_are_refused(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], announced: int
) -> None:
    batch = land([ROW])
    page = dataclasses.replace(batch.pages[0], rows=announced)
    with pytest.raises(LoadIncompleteError, match=f"hold 1 rows, but {announced} were announced"):
        reading(warehouse, dataclasses.replace(batch, pages=(page,)))


def test_a_row_without_an_id_is_refused(warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch]) -> None:
    with pytest.raises(LandedPageError, match="1 rows of Opportunity have no Id"):
        reading(warehouse, land([ROW, ["", *ROW[1:]]]))


@pytest.mark.parametrize("purpose", ["rows", "ids", "refresh"])
def test_a_record_that_comes_twice_may_stand_for_one_that_is_missing_and_is_refused(
    warehouse: duckdb.DuckDBPyConnection, land: Callable[..., LandedBatch], purpose: str
) -> None:
    later = [*ROW[:2], "2026-01-02T00:00:00.000Z", *ROW[3:]]
    batch = land([ROW, ["2", *ROW[1:]]], [later], purpose=purpose)
    with pytest.raises(RepeatedRowsError, match="3 rows landed, but only 2 different Ids") as caught:
        reading(warehouse, batch)
    assert (caught.value.object_name, caught.value.rows, caught.value.distinct) == ("Opportunity", 3, 2)
