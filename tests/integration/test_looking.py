"""`status` and `doctor` as processes of their own while a sync works: both answer, and neither disturbs it.

What each of them says then is tested with less in `tests/unit/orchestration/test_standing.py`.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from connectors.warehouse.connection import connect, run_lock_holder
from connectors.warehouse.ledger import sync_states
from tests.support.commands import ROOT, salespulse, sandbox_org

pytestmark = pytest.mark.xdist_group("bad_input")
LONG = 300


@pytest.mark.slow
def test_a_sync_that_works_is_told_and_neither_disturbed_nor_waited_for(tmp_path: Path) -> None:
    with sandbox_org("--scale", "0.05") as org:
        chosen = {**org, "SALESPULSE_OBJECTS": "Account,Contact", "SALESPULSE_HOME": str(tmp_path)}
        fault = {"route": "sobjects/Contact/describe", "kind": "delay", "seconds": LONG}
        url = org["SALESPULSE_SALESFORCE_INSTANCE_URL"]
        assert requests.post(f"{url}/sandbox/faults", json=fault, timeout=10).ok
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SALESPULSE_")}
        command = [sys.executable, "-m", "orchestration.cli", "sync"]
        with subprocess.Popen(command, cwd=ROOT, env={**clean, **chosen}, stderr=subprocess.PIPE) as sync:
            assert sync.stderr is not None
            lines = iter(sync.stderr.readline, b"")
            assert any(b"Account:" in line and b"loaded" in line for line in lines)
            # By the next line it waits for the description of Contact.
            time.sleep(0.5)
            told = salespulse(tmp_path, "status", "--json", env=chosen)
            looked = salespulse(tmp_path, "doctor", "--json", env=chosen)
            holder = run_lock_holder(tmp_path)
            assert sync.poll() is None
            sync.kill()
    assert (told.exit_code, looked.exit_code) == (0, 0), told.stderr + looked.stderr
    status = {found["subject"]: found["detail"] for found in told.document["findings"]}
    assert holder is not None and holder[0] == sync.pid
    assert f"process {sync.pid} is working" in status["run"]
    assert status["run"].endswith("loaded so far: account")
    assert "ask again when that has ended" in status["warehouse"]
    doctor = {found["subject"]: found for found in looked.document["findings"]}
    assert doctor["run lock"]["verdict"] == "warn"
    assert doctor["warehouse"]["verdict"] == "ok"
    assert {doctor[name]["verdict"] for name in ("login", "Account", "Contact")} == {"ok"}
    with connect(tmp_path / "warehouse.duckdb") as connection:
        assert [state.object_name for state in sync_states(connection)] == ["Account"]
