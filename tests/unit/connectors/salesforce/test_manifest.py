"""The manifest says what is on disk, and a rebuild from it leaves nothing out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors import landing_zone
from connectors.landed import Column, LandedPage
from connectors.salesforce import manifest
from connectors.salesforce.errors import ManifestError
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.pages import sha256_of

END = datetime(2026, 11, 22, 9, tzinfo=UTC)


def landing(**changes: object) -> Manifest:
    plain = Manifest(
        object_name="OpportunityHistory",
        instance_url="https://acme.my.salesforce.com",
        run_id="run",
        api="bulk",
        job_id="750",
        query="SELECT Id FROM OpportunityHistory",
        mode="incremental",
        columns=(Column("Id", "id", "VARCHAR"),),
        cursor_name="system_modstamp",
        window_start=END - timedelta(days=1),
        window_end=END,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def with_page(folder: Path, base: Manifest) -> Manifest:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "page-00001.csv.gz"
    path.write_bytes(b"bytes")
    return base.with_page(LandedPage(1, path, 3, 5, sha256_of(path)), None, "next")


def folder_of(home: Path, run_id: str = "run") -> Path:
    return manifest.object_folder(home, "OpportunityHistory") / run_id


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    assert folder == tmp_path / "salesforce" / "opportunity_history" / "run"
    written = with_page(folder, landing(window_start=None, mode="full"))
    manifest.write(folder, written)
    assert manifest.read(folder) == written


def test_the_landing_zone_may_be_moved(tmp_path: Path) -> None:
    manifest.write(folder_of(tmp_path / "here"), with_page(folder_of(tmp_path / "here"), landing()))
    (tmp_path / "here").rename(tmp_path / "there")
    assert manifest.read(folder_of(tmp_path / "there")).pages[0].path.is_file()


def test_a_batch_carries_what_the_warehouse_needs(tmp_path: Path) -> None:
    batch = with_page(folder_of(tmp_path), landing(seconds=1.5)).batch(folder_of(tmp_path))
    assert batch.folder == folder_of(tmp_path)
    assert (batch.table, batch.rows, batch.bytes, batch.seconds) == ("opportunity_history", 3, 5, 1.5)
    assert (batch.window_start, batch.window_end) == (END - timedelta(days=1), END)


def test_an_unreadable_manifest_is_told(tmp_path: Path) -> None:
    folder_of(tmp_path).mkdir(parents=True)
    (folder_of(tmp_path) / "manifest.json").write_text("{")
    with pytest.raises(ManifestError, match=r"manifest\.json"):
        manifest.read(folder_of(tmp_path))


def test_pages_that_come_in_any_order_are_listed_in_theirs(tmp_path: Path) -> None:
    pages = {number: LandedPage(number, tmp_path / str(number), 1, 1, "") for number in (3, 1, 2)}
    base = landing()
    for number, page in pages.items():
        base = base.with_page(page, f"at {number}", None)
    assert [page.number for page in base.pages] == [1, 2, 3]
    assert base.locators == ("at 1", "at 2", "at 3")


def test_the_warehouse_reads_what_was_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    entry = with_page(folder, landing(state="complete", purpose="refresh", source_now=END))
    manifest.write(folder, entry)
    assert landing_zone.read_batch(folder) == entry.batch(folder)


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    entry = with_page(folder, landing())
    assert manifest.verified(folder, entry)
    entry.pages[0].path.write_bytes(b"other")
    assert not manifest.verified(folder, entry)
    entry.pages[0].path.unlink()
    assert not manifest.verified(folder, entry)


def test_a_run_that_tries_again_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    first = manifest.new_folder(tmp_path, "Lead", "run")
    first.mkdir(parents=True)
    second = manifest.new_folder(tmp_path, "Lead", "run")
    assert (first.name, second.name) == ("run", "run-2")
