"""The outbox on a real disk."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.delivery.channels.folder import LOG_NAME, OutboxError, deliver
from connectors.delivery.pack import Pack, PackFile

AT = datetime(2026, 11, 23, 6, 1, tzinfo=UTC)
FILES = (PackFile("a.csv", b"1", "text/csv"), PackFile("b.csv", b"2", "text/csv"))


def log_lines(outbox: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (outbox / LOG_NAME).read_text().splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_pack_is_filed_by_export_day_and_reader(pack: Pack, tmp_path: Path) -> None:
    delivery = deliver(pack, FILES, tmp_path, at=AT)
    assert delivery.status == "delivered"
    assert delivery.folder.as_posix() == f"manager_pack/2026-11-23/{pack.audience.slug}"
    assert {name: (tmp_path / delivery.folder / name).read_bytes() for name in ("a.csv", "b.csv")} == {
        "a.csv": b"1",
        "b.csv": b"2",
    }


def test_the_log_says_what_was_delivered(pack: Pack, tmp_path: Path) -> None:
    delivery = deliver(pack, FILES, tmp_path, at=AT)
    (line,) = log_lines(tmp_path)
    assert line["key"] == pack.key == "manager_pack/m1/2026-W48"
    assert line["at"] == "2026-11-23T06:01:00+00:00"
    assert line["sha256"] == delivery.sha256
    assert line["files"]["a.csv"] == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


def test_the_same_pack_is_not_delivered_twice(pack: Pack, tmp_path: Path) -> None:
    first = deliver(pack, FILES, tmp_path, at=AT)
    stamp = (tmp_path / first.folder / "a.csv").stat().st_mtime_ns
    assert deliver(pack, tuple(reversed(FILES)), tmp_path).status == "already_delivered"
    assert len(log_lines(tmp_path)) == 1
    assert (tmp_path / first.folder / "a.csv").stat().st_mtime_ns == stamp


def test_files_that_were_carried_away_are_not_filed_again(pack: Pack, tmp_path: Path) -> None:
    first = deliver(pack, FILES, tmp_path)
    (tmp_path / first.folder / "a.csv").unlink()
    assert deliver(pack, FILES, tmp_path).status == "already_delivered"
    assert names(tmp_path / first.folder) == ["b.csv"]


def test_other_content_under_the_same_key_replaces_the_files(pack: Pack, tmp_path: Path) -> None:
    deliver(pack, FILES, tmp_path)
    second = deliver(pack, (PackFile("a.csv", b"new", "text/csv"),), tmp_path)
    assert second.status == "replaced"
    assert names(tmp_path / second.folder) == ["a.csv"]
    assert [line["status"] for line in log_lines(tmp_path)] == ["delivered", "replaced"]


def test_nothing_is_left_over_beside_the_packs(pack: Pack, tmp_path: Path) -> None:
    deliver(pack, FILES, tmp_path)
    deliver(pack, FILES[:1], tmp_path)
    assert names(tmp_path / "manager_pack" / "2026-11-23") == [pack.audience.slug]


def test_another_week_is_another_delivery(pack: Pack, tmp_path: Path) -> None:
    deliver(pack, FILES, tmp_path)
    assert deliver(replace(pack, key="manager_pack/m1/2026-W49"), FILES, tmp_path).status == "delivered"


def test_an_outbox_that_is_a_file_is_a_clear_error(pack: Pack, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    outbox.write_text("in the way")
    with pytest.raises(OutboxError, match="cannot be used") as caught:
        deliver(pack, FILES, outbox)
    assert str(outbox) in str(caught.value.path)


def test_a_failed_replacement_leaves_the_older_pack(pack: Pack, tmp_path: Path) -> None:
    first = deliver(pack, FILES, tmp_path)
    with pytest.raises(OutboxError):
        deliver(pack, (*FILES, PackFile("no/such/folder.csv", b"", "text/csv")), tmp_path)
    assert names(tmp_path / first.folder) == ["a.csv", "b.csv"]
    assert names(tmp_path / "manager_pack" / "2026-11-23") == [pack.audience.slug]
    assert len(log_lines(tmp_path)) == 1


def test_a_broken_log_stops_the_delivery_and_names_the_line(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / LOG_NAME).write_text('{"key": "x", "sha256": "y"}\n{"key"')
    with pytest.raises(OutboxError, match="line 2 is no delivery"):
        deliver(pack, FILES, tmp_path)
