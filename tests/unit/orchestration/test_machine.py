"""What `doctor` says of a machine: locks and their holders, the landing zone, a data export."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.warehouse.connection import RunLock, connect
from orchestration.exits import Exit
from orchestration.inspection import Finding, Inspection
from orchestration.machine import doctor
from orchestration.settings import Settings

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Lead.csv").write_text('"Id","Name"\n"1","Ann"\n')
    return Settings(home=tmp_path / "home", export_folder=export, _env_file=None)  # type: ignore[call-arg]


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in doctor(settings).findings}


def test_a_fresh_home_is_fine_and_nothing_is_made_in_it(settings: Settings) -> None:
    told = found(settings)
    assert {told[subject].verdict for subject in ("disk", "run lock", "warehouse", "landing zone")} == {"ok"}
    assert not settings.root.exists()


def test_an_export_is_told_with_what_it_lacks(settings: Settings) -> None:
    told = found(settings)
    assert told["data export"].detail == "1 of 22 objects, of org unknown"
    assert "Opportunity" in told["not in it"].detail
    assert "Lead" not in told["not in it"].detail


def test_a_missing_export_is_a_wrong_setting(settings: Settings) -> None:
    assert settings.export_folder is not None
    shutil.rmtree(settings.export_folder)
    assert doctor(settings).exit_code == Exit.USAGE


def test_a_run_that_works_is_told_with_its_process(settings: Settings) -> None:
    with RunLock(settings.root):
        told = found(settings)["run lock"]
    assert told.verdict == "warn"
    assert f"process {os.getpid()}" in told.detail
    assert found(settings)["run lock"].verdict == "ok"


def test_who_holds_the_warehouse_is_told(settings: Settings) -> None:
    with connect(settings.warehouse_file):
        pass
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.warehouse_file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        inspection = doctor(settings)
        holder.communicate(b"")
    told = next(one for one in inspection.findings if one.subject == "warehouse")
    assert (told.verdict, inspection.exit_code) == ("fail", Exit.LOCKED)
    assert str(holder.pid) in told.detail


def test_a_file_that_is_no_database_fails(settings: Settings) -> None:
    settings.root.mkdir()
    settings.warehouse_file.write_bytes(b"no database" * 999)
    assert doctor(settings).exit_code == Exit.FAILED


def test_lost_pages_are_told_before_somebody_needs_them(settings: Settings) -> None:
    line = {
        "number": 1,
        "kind": "batch",
        "folder": "salesforce/lead/r1",
        "run_id": "r1",
        "loaded_at": "2026-01-31T00:00:00+00:00",
        "options": {"expected": [], "instance_url": "", "time_zone": None, "org_id": "", "allow_empty": False},
    }
    settings.landing.mkdir(parents=True)
    (settings.landing / "loads.jsonl").write_text(json.dumps(line) + "\n")
    assert "1 of 1 loads have lost their pages" in found(settings)["landing zone"].detail
    (settings.landing / "salesforce" / "lead" / "r1").mkdir(parents=True)
    assert "the next sync does them" in found(settings)["landing zone"].detail


def test_routine_findings_are_one_line_and_trouble_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    inspection = Inspection()
    inspection.add("Lead", "ok", "Readable, 30 fields.", is_routine=True)
    inspection.add("Task", "warn", "Hidden: Subject.", is_routine=True)
    inspection.add("Event", "ok", "Readable, 9 fields.", is_routine=True)
    inspection.print(Console(width=200))
    shown = capsys.readouterr().out
    assert "2 objects" in shown and "Lead, Event" in shown
    assert "Hidden: Subject." in shown and "0 failed, 1 to look at, 2 fine" in shown
