"""What of an object lies in the landing zone and has not been taken by the warehouse yet.

A folder is marked from its first page until its batch has been loaded. So a killed run leaves a mark,
and the next one goes on where it was: it never asks for what is on disk, and leaves out nothing.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from connectors.salesforce.manifest import object_folder

MARK = "pending"
# A batch that was handed over this often and never taken is fetched anew.
MOST_OFFERS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A marked folder, and how often its content was handed over in vain."""

    folder: Path
    offers: int

    @property
    def is_worn(self) -> bool:
        return self.offers >= MOST_OFFERS


def mark(folder: Path, offers: int = 0) -> None:
    """This folder holds something that is not loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(str(offers), encoding="ascii")


def offer(entry: Entry) -> None:
    """It is handed over once more. Its place in the order stays."""
    path = entry.folder / MARK
    made = path.stat().st_mtime_ns
    mark(entry.folder, entry.offers + 1)
    os.utime(path, ns=(made, made))


def clear(folder: Path) -> None:
    """It is loaded, or given up."""
    (folder / MARK).unlink(missing_ok=True)


def entries(landing_dir: Path, object_name: str) -> Iterator[Entry]:
    """The marked folders of an object, the oldest mark first."""
    marks = object_folder(landing_dir, object_name).glob(f"*/{MARK}")
    for path in sorted(marks, key=lambda each: (each.stat().st_mtime_ns, each)):
        text = path.read_text(encoding="ascii").strip()
        yield Entry(path.parent, int(text) if text.isdigit() else 0)
