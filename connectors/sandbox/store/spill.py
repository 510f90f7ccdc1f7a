"""The temporary folder of an org that does not fit into memory: it goes with the org, or at the next one's start.

A process that is killed cleans up nothing. So each folder has a lock that its process holds while it lives: who
makes a folder removes those whose lock nobody holds any more.
"""

import fcntl
import logging
import os
import shutil
import tempfile
import weakref
from pathlib import Path

PREFIX = "sandbox-org-"
LOCK, UNLOCKED = "owner.lock", "owner.new"

log = logging.getLogger("salespulse.sandbox")


def make_folder(org: object) -> Path:
    """A folder that goes when the org does, at the end of the process at the latest."""
    remove_stale(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    number = os.open(folder / UNLOCKED, os.O_CREAT | os.O_RDWR)
    fcntl.flock(number, fcntl.LOCK_EX)
    (folder / UNLOCKED).rename(folder / LOCK)  # under this name nobody finds it unlocked while the process lives
    weakref.finalize(org, _remove, folder, number)
    return folder


def remove_stale(parent: Path) -> list[Path]:
    """Remove the folders in `parent` whose process is gone, and tell which; others, and other people's, stay."""
    return [folder for folder in sorted(parent.glob(f"{PREFIX}*")) if _is_stale(folder)]


def _is_stale(folder: Path) -> bool:
    try:
        number = os.open(folder / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        return False
    log.info("removing %s, left by a process that was killed", folder)
    _remove(folder, number)
    return True


def _remove(folder: Path, number: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(number)
