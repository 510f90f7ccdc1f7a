"""Batches and lists of deletions on disk: written, read back, and refused where they are damaged."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from connectors import landing_zone
from connectors.landed import Column, LandedBatch, LandedDeletions, LandedPage
from connectors.landing_zone import LandingZoneError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _batch(folder: Path) -> LandedBatch:
    return LandedBatch(
        object_name="Opportunity",
        table="opportunity",
        mode="full",
        columns=(Column("Id", "id", "VARCHAR"), Column("Amount", "amount", "DECIMAL(18,2)")),
        pages=(LandedPage(1, folder / "page-00001.csv.gz", 2, 100, "ab"),),
        job_id="750",
        query="SELECT Id, Amount FROM Opportunity",
        cursor_name="system_modstamp",
        window_start=None,
        window_end=NOON,
        seconds=1.5,
        purpose="refresh",
        folder=folder,
        source_now=NOON + timedelta(seconds=9),
    )


def _deletions(landing: Path) -> LandedDeletions:
    return landing_zone.land_deletions(
        landing,
        "salesforce",
        object_name="Task",
        table="task",
        kind="hard",
        rows=[("00T1", NOON), ("00T2", datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=1))))],
        run_id="r1",
        window_start=NOON - timedelta(days=1),
        window_end=NOON,
    )


def test_a_batch_comes_back_as_it_was_written(tmp_path: Path) -> None:
    batch = _batch(landing_zone.new_folder(tmp_path, "salesforce", "opportunity", "r1"))
    landing_zone.write_batch(batch)
    assert landing_zone.read_batch(tmp_path / "salesforce" / "opportunity" / "r1") == batch


def test_what_a_source_writes_besides_is_passed_over(tmp_path: Path) -> None:
    batch = _batch(tmp_path / "opportunity" / "r1")
    landing_zone.write_batch(batch)
    path = tmp_path / "opportunity" / "r1" / landing_zone.MANIFEST
    document = landing_zone.read_json(path)
    for name in ("table", "purpose", "source_now"):
        del document[name]
    landing_zone.write_json(path, {**document, "next_locator": "x"})
    assert landing_zone.read_batch(path.parent) == dataclasses.replace(batch, purpose="rows", source_now=None)


@pytest.mark.parametrize("state", ["running", "abandoned"])
def test_a_query_that_was_not_finished_is_no_batch(tmp_path: Path, state: str) -> None:
    landing_zone.write_batch(_batch(tmp_path))
    path = tmp_path / landing_zone.MANIFEST
    landing_zone.write_json(path, landing_zone.read_json(path) | {"state": state})
    with pytest.raises(LandingZoneError, match=f"not finished, it is {state}"):
        landing_zone.read_batch(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"object_name": 1'])
def test_a_damaged_manifest_says_which_file_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / landing_zone.MANIFEST).write_text(text)
    with pytest.raises(LandingZoneError, match=r"manifest\.json cannot be read"):
        landing_zone.read_batch(tmp_path)


def test_deletions_come_back_with_their_instants_in_utc(tmp_path: Path) -> None:
    landed = _deletions(tmp_path)
    assert landed.rows[1] == ("00T2", NOON + timedelta(hours=1))
    assert landing_zone.read_deletions(landed.file.parent) == landed


def test_a_second_list_of_a_run_overwrites_nothing(tmp_path: Path) -> None:
    assert _deletions(tmp_path).file.parent.name == "r1-deletions"
    assert _deletions(tmp_path).file.parent.name == "r1-deletions-2"


def test_changed_deletions_are_refused(tmp_path: Path) -> None:
    landed = _deletions(tmp_path)
    landed.file.write_bytes(landed.file.read_bytes()[:-3])
    with pytest.raises(LandingZoneError, match="not as it was written"):
        landing_zone.read_deletions(landed.file.parent)
