"""A whole export into an outbox on disk, read back as its readers would."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.delivery.channels.folder import LOG_NAME, OutboxError
from connectors.delivery.formats.mail import AddressError
from orchestration.components.audience import AudienceError
from orchestration.components.export import Export, Outcome, run
from orchestration.report.published import PublishedError

SUBTREES = {
    "vera-top": {"u0", "m1", "m2", "m3", "r1", "r2", "r3", "r4", "r5", "r6"},
    "ann-lee": {"m1", "r1", "r2"},
    "bob-ray": {"m2", "r3", "r4"},
    "cy-fox": {"m3", "r5", "r6"},
}
EXPORT = Export("manager_pack", "Your team's week", ("xlsx", "csv", "mail"))


def deliver(company: Any, outbox: Path, export: Export = EXPORT) -> Outcome:
    return run(export, company.file, outbox, time_zone="Europe/Berlin", sender="salespulse@localhost")


def folders(outbox: Path) -> dict[str, Path]:
    day = outbox / "manager_pack" / "2026-11-23"
    return {folder.name.rpartition("-")[0]: folder for folder in day.iterdir()}


def owners(folder: Path) -> set[str]:
    found = set()
    for file in folder.glob("*.csv"):
        rows = csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
        found |= {row["owner_id"] for row in rows}
    return found


def test_each_manager_gets_a_folder_with_only_the_own_subtree(company: Any, tmp_path: Path) -> None:
    outcome = deliver(company, tmp_path / "outbox")
    assert outcome.count("delivered") == 4
    assert outcome.failures == []
    found = folders(tmp_path / "outbox")
    assert set(found) == set(SUBTREES)
    for name, folder in found.items():
        assert owners(folder) <= SUBTREES[name]
        assert len(owners(folder)) >= 3


def test_no_name_from_another_team_is_anywhere_in_a_workbook(company: Any, tmp_path: Path) -> None:
    deliver(company, tmp_path / "outbox")
    book = openpyxl.load_workbook(folders(tmp_path / "outbox")["ann-lee"] / "manager_pack.xlsx")
    text = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert "Rita One" in text
    assert not [name for name in ("Rolf", "Rosa", "Remy", "Ruth", "Bob", "Vera", "Account 3") if name in text]


def test_a_second_delivery_changes_nothing(company: Any, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    deliver(company, outbox)
    before = {path: path.read_bytes() for path in outbox.rglob("*") if path.is_file()}
    assert deliver(company, outbox).count("already_delivered") == 4
    assert {path: path.read_bytes() for path in outbox.rglob("*") if path.is_file()} == before


def test_corrected_data_replaces_the_packs_that_they_concern(company: Any, tmp_path: Path) -> None:
    deliver(company, tmp_path / "outbox")
    company.execute("update marts.rpt_owner_kpis_weekly set bookings_amount = 9 where owner_id = 'r1'")
    outcome = deliver(company, tmp_path / "outbox")
    statuses = {name: delivery.status for name, delivery in outcome.deliveries}
    assert statuses == {
        "Vera Top": "replaced",
        "Ann Lee": "replaced",
        "Bob Ray": "already_delivered",
        "Cy Fox": "already_delivered",
    }


def test_a_foreign_row_keeps_its_readers_pack_and_no_other(company: Any, tmp_path: Path) -> None:
    # A wrong reporting line: by it, Bob's seller r3 is in Ann's team.
    company.insert("marts.dim_reporting_lines", manager_id="m1", user_id="r3", distance_count=1)
    outcome = deliver(company, tmp_path / "outbox")
    ((reader, error),) = outcome.failures
    assert reader == "Ann Lee"
    assert isinstance(error, AudienceError)
    assert ("team", "r3") in error.strangers
    assert set(folders(tmp_path / "outbox")) == set(SUBTREES) - {"ann-lee"}
    assert "m1" not in (tmp_path / "outbox" / LOG_NAME).read_text()


def test_a_manager_without_a_usable_address_is_a_failure_of_that_pack_alone(company: Any, tmp_path: Path) -> None:
    company.execute("update marts.dim_users set email = 'nobody' where user_id = 'm2'")
    outcome = deliver(company, tmp_path / "outbox")
    assert [(name, type(error)) for name, error in outcome.failures] == [("Bob Ray", AddressError)]
    assert outcome.count("delivered") == 3


def test_who_is_suppressed_gets_nothing_and_is_named(company: Any, tmp_path: Path) -> None:
    export = Export("manager_pack", "Week", ("csv",), frozenset({"m1@example.com", "m2"}))
    outcome = deliver(company, tmp_path / "outbox", export)
    assert outcome.left_out == ["Ann Lee (suppressed)", "Bob Ray (suppressed)"]
    assert set(folders(tmp_path / "outbox")) == {"vera-top", "cy-fox"}


def test_an_outbox_that_cannot_be_written_is_a_failure_for_each_reader(company: Any, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    outcome = deliver(company, tmp_path / "outbox")
    assert {type(error) for _, error in outcome.failures} == {OutboxError}
    assert len(outcome.failures) == 4


def test_without_a_published_file_nothing_is_delivered(company: Any, tmp_path: Path) -> None:
    company.file.unlink()
    with pytest.raises(PublishedError, match="nothing has been published"):
        deliver(company, tmp_path / "outbox")
    assert not (tmp_path / "outbox").exists()


def test_a_new_company_gets_packs(new_company: Any, tmp_path: Path) -> None:
    outcome = deliver(new_company, tmp_path / "outbox")
    assert outcome.failures == []
    assert outcome.count("delivered") == 4
