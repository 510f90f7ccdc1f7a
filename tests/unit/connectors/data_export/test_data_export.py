"""Exports as Salesforce writes them: ZIPs and folders, encodings, several parts; and what is refused."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from connectors import landing_zone
from connectors.data_export.archive import open_export
from connectors.data_export.errors import DamagedExportError, DataExportError, ForeignFileError, NoExportError
from connectors.data_export.landing import land
from connectors.landed import Column, LandedBatch
from connectors.warehouse.connection import connect
from connectors.warehouse.landing import load

ORG = "00D300000000abc"
HEADER = ["Id", "Name", "IsDeleted", "Amount", "SystemModstamp"]
STAMP = "2026-01-31T08:00:00.000Z"
TYPES = {"IsDeleted": "BOOLEAN", "Amount": "DECIMAL(18,2)", "SystemModstamp": "TIMESTAMP"}
NASTY = 'NA "quoted"\r\n, 007 \x00 Müller ✓'


def text(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    return written.getvalue()


def zipped(folder: Path, number: int, files: dict[str, bytes], org: str = ORG) -> Path:
    path = folder / f"WE_{org}_{number}.ZIP"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def columns(_: str, header: Sequence[str]) -> list[Column]:
    return [Column(name, name.lower(), TYPES.get(name, "VARCHAR")) for name in header]


def landed(path: Path, landing: Path, *names: str) -> tuple[LandedBatch, ...]:
    return land(open_export(path), names, table_of=str.lower, columns_of=columns, landing=landing, run_id="r1")


def deal(key: str, name: str = "Deal", stamp: str = STAMP) -> list[str]:
    return [key, name, "0", "12.50", stamp]


def test_an_object_in_two_parts_is_one_batch_and_loads_like_any_other(tmp_path: Path) -> None:
    zipped(tmp_path, 2, {"Opportunity.csv": text([deal("3", NASTY)]).encode(), "photo.png": b"x"})
    zipped(tmp_path, 1, {"Opportunity.csv": text([deal("1"), ["2", "", "1", "", STAMP]]).encode()})
    (batch,) = landed(tmp_path, tmp_path / "landing", "Opportunity")
    assert batch.folder is not None
    assert landing_zone.read_batch(batch.folder) == batch
    assert (batch.rows, len(batch.pages), batch.mode) == (3, 2, "full")
    with connect(tmp_path / "warehouse.duckdb", threads=1) as connection:
        assert load(connection, batch, run_id="r1").rejected == 0
        found = connection.execute("SELECT id, name, isdeleted FROM raw_salesforce.opportunity ORDER BY id").fetchall()
    assert found == [("1", "Deal", False), ("2", None, True), ("3", NASTY, False)]


def test_all_objects_of_an_export_end_at_its_latest_stamp(tmp_path: Path) -> None:
    late = "2026-02-01 09:00:00"
    zipped(tmp_path, 1, {"Task.csv": text([deal("1")]).encode(), "Event.csv": text([deal("2", "x", late)]).encode()})
    batches = landed(tmp_path, tmp_path / "landing", "Task", "Event")
    assert {batch.window_end for batch in batches} == {datetime(2026, 2, 1, 9, tzinfo=UTC) + timedelta(milliseconds=1)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
def test_text_is_read_in_the_encoding_that_it_is_in(
    tmp_path: Path, encoding: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Lead.csv").write_bytes(text([deal("1", "Café Zürich")]).encode(encoding))
    (batch,) = landed(folder, tmp_path / "landing", "Lead")
    load(warehouse, batch, run_id="r1")
    assert warehouse.execute("SELECT id, name FROM raw_salesforce.lead").fetchall() == [("1", "Café Zürich")]


def test_the_mark_of_an_object_changes_with_its_files_and_with_nothing_else(tmp_path: Path) -> None:
    zipped(tmp_path, 1, {"Lead.csv": text([deal("1")]).encode(), "Task.csv": text([deal("1")]).encode()})
    before = open_export(tmp_path)
    zipped(tmp_path, 1, {"Lead.csv": text([deal("1", "Other")]).encode(), "Task.csv": text([deal("1")]).encode()})
    after = open_export(tmp_path)
    assert before.mark("Lead") != after.mark("Lead")
    assert before.mark("Task") == after.mark("Task")
    assert after.org_id == ORG


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"", ForeignFileError, "it is empty"),
        (b'"Name","City"\n"a","b"\n', ForeignFileError, "no column Id; it begins with 'Name, City'"),
        (b'"Id","What is it"\n"1","b"\n', ForeignFileError, "'What is it' is no name"),
        (b'"Id","Id"\n"1","b"\n', ForeignFileError, "same name"),
        (b'"Id","Name"\n"1","b"\n"2"\n', DamagedExportError, "row 2 has 1 values instead of 2"),
        (b'"Id","Name"\n"1","b"\n"2","cut in the mid', DamagedExportError, "unexpected end of data"),
    ],
)
def test_a_foreign_or_cut_file_is_named(tmp_path: Path, content: bytes, error: type[Exception], told: str) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Account.csv").write_bytes(text([deal("1")]).encode())
    (export / "Lead.csv").write_bytes(content)
    with pytest.raises(error, match=rf"Lead\.csv is .*{told}"):
        landed(export, tmp_path / "landing", "Account", "Lead")
    assert not list((tmp_path / "landing").rglob("page-*"))


def test_a_cut_or_damaged_zip_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path, 1, {"Lead.csv": text([deal(str(n), f"Deal {n * 7919}") for n in range(999)]).encode()})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedExportError, match=r"_1\.ZIP is damaged: it is cut"):
        open_export(tmp_path)
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])
    with pytest.raises(DataExportError, match=r"Lead\.csv is damaged"):
        landed(tmp_path, tmp_path / "landing", "Lead")


def test_parts_with_other_columns_are_refused(tmp_path: Path) -> None:
    zipped(tmp_path, 1, {"Lead.csv": text([deal("1")]).encode()})
    zipped(tmp_path, 2, {"Lead.csv": b'"Id","Name"\n"2","b"\n'})
    with pytest.raises(ForeignFileError, match="not those of the object's other files"):
        landed(tmp_path, tmp_path / "landing", "Lead")


def test_a_missing_part_is_no_export(tmp_path: Path) -> None:
    for number in (1, 3):
        zipped(tmp_path, number, {"Lead.csv": text([deal("1")]).encode()})
    with pytest.raises(NoExportError, match="of the ZIP files 1 to 3 the number 2 is missing"):
        open_export(tmp_path)


def test_files_of_two_orgs_are_no_export(tmp_path: Path) -> None:
    zipped(tmp_path, 1, {"Lead.csv": b""})
    zipped(tmp_path, 2, {"Lead.csv": b""}, org="00D300000000xyz")
    with pytest.raises(NoExportError, match="several orgs"):
        open_export(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "empty", "text.txt"])
def test_what_is_no_export_at_all_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("x")
    with pytest.raises(NoExportError, match="SALESPULSE_EXPORT_FOLDER"):
        open_export(tmp_path / name)
