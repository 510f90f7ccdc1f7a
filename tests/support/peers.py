"""Clients that this project did not write, each in an environment of its own, made once and kept.

`environment("tap-salesforce")` answers the folder of its commands. The versions are exact; what they are
run against, and how, is told in the tests that use them.
"""

import csv
import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".peers"  # git-ignored
UV = Path(sys.executable).parent / "uv"
MADE = "made.txt"  # written last: an environment without it is half-made
INSTALLED = "lib/python*/site-packages/*.dist-info/RECORD"


@dataclass(frozen=True, slots=True)
class Peer:
    """A foreign client: its distribution, and the exact requirements of its environment."""

    name: str
    version: str
    with_: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        return (f"{self.name}=={self.version}", *self.with_)


PEERS = {
    each.name: each
    for each in (
        Peer("airbyte-source-salesforce", "2.10.3"),
        Peer("tap-salesforce", "2.8.1"),
        Peer("simple-salesforce", "1.12.10"),
        Peer("dlt", "1.31.0", ("duckdb==1.5.5", "simple-salesforce==1.12.10")),
    )
}


class PeerError(Exception):
    """The environment of a foreign client could not be made; `output` is what the installer said."""

    def __init__(self, name: str, output: str) -> None:
        super().__init__(f"The environment of {name} could not be made: is the package index reachable?\n{output}")
        self.name = name
        self.output = output


def environment(name: str) -> Path:
    """The `bin` folder of the peer's environment, installed if it is not there yet (minutes, once)."""
    peer = PEERS[name]
    folder = CACHE / f"{peer.name}-{peer.version}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{peer.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes would install over each other
        if not _is_whole(folder, peer):
            shutil.rmtree(folder, ignore_errors=True)
            _run(peer, "venv", "--quiet", "--python", sys.executable, str(folder))
            _run(peer, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *peer.requirements)
            (folder / MADE).write_text("\n".join(peer.requirements))
    return folder / "bin"


def _is_whole(folder: Path, peer: Peer) -> bool:
    """Whether the environment was made to its end for these requirements, and nothing of it has vanished since."""
    made = folder / MADE
    if not made.exists() or made.read_text().splitlines() != list(peer.requirements):
        return False
    records = list(folder.glob(INSTALLED))
    there = {record.parent.name for record in records}
    wanted = {f"{each.replace('-', '_').replace('==', '-')}.dist-info" for each in peer.requirements}
    # `exists` follows the interpreter's link, which leads out of the environment.
    return wanted <= there and (folder / "bin" / "python").exists() and all(map(_is_there, records))


def _is_there(record: Path) -> bool:
    """Whether all that a distribution says to have installed, its programs among it, lies where it says."""
    with record.open(newline="") as lines:
        return all((record.parents[1] / file).exists() for file, *_ in csv.reader(lines))


def _run(peer: Peer, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run([str(UV), *arguments], env=clean, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(peer.name, done.stderr)
