"""Environments of foreign clients: made once, and made anew when something of them has vanished."""

from pathlib import Path

import pytest

from tests.support import peers

# An installer that writes what uv writes: an interpreter, and with a distribution its program, told in RECORD.
INSTALLER = """#!/bin/sh
echo "$1" >> "$(dirname "$0")/asked"
if [ "$1" = venv ]; then
  for folder; do :; done
  mkdir -p "$folder/bin"
  touch "$folder/bin/python"
else
  packages="$(dirname "$(dirname "$5")")/lib/python3.11/site-packages"
  mkdir -p "$packages/tap_salesforce-2.8.1.dist-info" "$packages/tap_salesforce"
  touch "$packages/tap_salesforce/__init__.py" "$packages/../../../bin/tap-salesforce"
  {
    echo '../../../bin/tap-salesforce,sha256=x,1'
    echo 'tap_salesforce/__init__.py,,'
    echo 'tap_salesforce-2.8.1.dist-info/RECORD,,'
  } > "$packages/tap_salesforce-2.8.1.dist-info/RECORD"
fi
"""


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in uv's place; returns the file that lists what it was asked to do."""
    program = tmp_path / "uv"
    program.write_text(INSTALLER)
    program.chmod(0o755)
    monkeypatch.setattr(peers, "UV", program)
    monkeypatch.setattr(peers, "CACHE", tmp_path / "peers")
    return tmp_path / "asked"


def test_an_environment_is_made_once(installer: Path) -> None:
    commands = peers.environment("tap-salesforce")
    assert peers.environment("tap-salesforce") == commands
    assert {each.name for each in commands.iterdir()} == {"python", "tap-salesforce"}
    assert installer.read_text().split() == ["venv", "pip"]


@pytest.mark.parametrize(
    "lost",
    [
        "bin/tap-salesforce",
        "bin/python",
        "lib/python3.11/site-packages/tap_salesforce/__init__.py",
        "lib/python3.11/site-packages/tap_salesforce-2.8.1.dist-info/RECORD",
        "made.txt",
    ],
)
def test_an_environment_that_has_lost_something_is_made_anew(installer: Path, lost: str) -> None:
    file = peers.environment("tap-salesforce").parent / lost
    file.unlink()
    assert (peers.environment("tap-salesforce").parent / lost).exists()
    assert installer.read_text().split() == ["venv", "pip"] * 2
