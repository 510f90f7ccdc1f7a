"""The folder of a large org goes with it, and if its process was killed, at the next org's start."""

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sandbox.store.spill import LOCK, PREFIX, make_folder, remove_stale

HOLDING = """
import sys
from connectors.sandbox.store.spill import make_folder

class Org: pass

org = Org()
print(make_folder(org), flush=True)
sys.stdin.read()
"""


class Org:
    """Something that can be collected."""


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


def test_a_folder_goes_with_its_org() -> None:
    org = Org()
    folder = make_folder(org)
    (folder / "spill").mkdir()
    assert folder.exists()
    del org
    assert not folder.exists()


def test_a_killed_process_leaves_a_folder_that_the_next_start_removes(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        (left / "spill").mkdir()
        org = Org()
        mine = make_folder(org)
        assert left.is_dir(), "its process lives"
        other.kill()
        other.wait()
    assert left.is_dir(), "a killed process cleans up nothing"
    another = Org()
    make_folder(another)
    assert not left.exists()
    assert mine.is_dir()


def test_folders_without_a_lock_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}somebody").mkdir()
    (tmp_path / "something-else").mkdir()
    (tmp_path / "something-else" / LOCK).touch()
    assert remove_stale(tmp_path) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"{PREFIX}somebody", "something-else"]
