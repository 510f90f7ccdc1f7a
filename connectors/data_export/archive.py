"""Which files an export consists of, and of which org: ZIPs as Salesforce names them, or a folder of CSVs.

An object may be spread over several ZIPs. Reading what is in the files is `rows`' business.
"""

import hashlib
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from connectors.data_export.errors import DamagedExportError, NoExportError

ORG_ID = re.compile(r"_(00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)_")
PART = re.compile(r"_(\d+)\.zip$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One CSV file: `member` within the ZIP at `path`, or the file at `path` itself. `mark` changes with it."""

    path: Path
    member: str | None
    mark: str

    @property
    def name(self) -> str:
        return self.path.name if self.member is None else f"{self.path.name}/{self.member}"

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Its bytes. A ZIP checks itself while it is read: DamagedExportError."""
        try:
            if self.member is None:
                with self.path.open("rb") as file:
                    yield file
                return
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise DamagedExportError(self.name, str(error)) from error


@dataclass(frozen=True, slots=True)
class Export:
    """An export: its files by object, in the order of the ZIPs; `org_id` is None where no name tells it."""

    path: Path
    org_id: str | None
    files: dict[str, tuple[ExportFile, ...]]

    def mark(self, object_name: str) -> str:
        """The same for the same files of an object, and another one for others."""
        marks = "\n".join(file.mark for file in self.files[object_name])
        return f"export-{hashlib.sha256(marks.encode()).hexdigest()[:16]}"


def open_export(path: Path) -> Export:
    """Find the files at `path`, a folder or one ZIP. Raises NoExportError and DamagedExportError."""
    if not path.exists():
        raise NoExportError(path, "it does not exist")
    archives = _archives(path)
    files = [file for archive in archives for file in _members(archive)] if archives else _plain(path)
    by_object: dict[str, list[ExportFile]] = defaultdict(list)
    for file in files:
        by_object[PurePosixPath(file.member or file.path.name).stem].append(file)
    if not by_object:
        raise NoExportError(path, "there is no CSV file in it")
    return Export(path, _org(path, archives), {name: tuple(found) for name, found in sorted(by_object.items())})


def _archives(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix.lower() != ".zip":
            raise NoExportError(path, "it is neither a folder nor a ZIP file")
        return [path]
    found = [entry for entry in path.iterdir() if entry.suffix.lower() == ".zip"]
    archives = sorted(found, key=lambda archive: (_part(archive), archive.name))
    _refuse_gaps(path, [_part(archive) for archive in archives if PART.search(archive.name)])
    return archives


def _part(archive: Path) -> int:
    found = PART.search(archive.name)
    return int(found[1]) if found else 0


def _refuse_gaps(path: Path, parts: list[int]) -> None:
    """An export of three ZIPs of which the second is missing would delete what was in it."""
    lacking = sorted(set(range(1, max(parts, default=0) + 1)) - set(parts))
    if lacking:
        raise NoExportError(path, f"of the ZIP files 1 to {max(parts)} the number {lacking[0]} is missing")
    if len(parts) != len(set(parts)):
        raise NoExportError(path, "two ZIP files have the same number, so they belong to different exports")


def _org(path: Path, archives: list[Path]) -> str | None:
    ids = {found[1][:15] for archive in archives if (found := ORG_ID.search(archive.name))}
    if len(ids) > 1:
        raise NoExportError(path, f"its files belong to several orgs ({', '.join(sorted(ids))})")
    return next(iter(ids), None)


def _members(archive: Path) -> list[ExportFile]:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if info.filename.lower().endswith(".csv")]
    except (zipfile.BadZipFile, OSError) as error:
        raise DamagedExportError(archive.name, f"it is cut or no ZIP file ({error})") from error
    return [ExportFile(archive, info.filename, f"{info.filename} {info.file_size} {info.CRC}") for info in members]


def _plain(path: Path) -> list[ExportFile]:
    found = sorted(entry for entry in path.iterdir() if entry.suffix.lower() == ".csv")
    return [ExportFile(entry, None, f"{entry.name} {_digest(entry)}") for entry in found]


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
