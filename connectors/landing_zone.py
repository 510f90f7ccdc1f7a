"""How landed things lie on disk, whichever source wrote them: folders, manifests, lists of deletions.

    <landing>/<source>/<table>/<folder>/manifest.json    a batch, with its pages beside it
                                       /deletions.json   a list of deletions, with deletions.csv.gz

A source may write more into its manifest than is read here (where to go on, say). What has been
loaded, and in which order, is written down by the warehouse.
"""

import csv
import gzip
import hashlib
import io
import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.landed import Column, DeletionKind, LandedBatch, LandedDeletions, LandedPage

MANIFEST = "manifest.json"
DELETIONS = "deletions.json"
DELETIONS_FILE = "deletions.csv.gz"
HEADER = ("Id", "DeletedDate")


class LandingZoneError(Exception):
    """A folder of the landing zone is not what it should be; `path` is the file at fault."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path} cannot be read ({reason}). Restore it from a backup; without it the warehouse cannot be "
            "rebuilt from the landing zone, only fetched anew from the source."
        )


def new_folder(landing: Path, source: str, table: str, run_id: str) -> Path:
    """A free name for a folder of this run (not made yet): a second one gets a number, nothing is overwritten."""
    home = landing / source / table
    names = itertools.chain([run_id], (f"{run_id}-{number}" for number in itertools.count(2)))
    return next(home / name for name in names if not (home / name).exists())


def write_batch(batch: LandedBatch) -> None:
    """Write the manifest of a complete batch into its folder, as one: a reader sees all of it or nothing."""
    assert batch.folder is not None  # there is no place else to write it to
    document = {name: value for name, value in asdict(batch).items() if name != "folder"}
    document["pages"] = [{**asdict(page), "path": page.path.name} for page in batch.pages]
    write_json(batch.folder / MANIFEST, {**document, "state": "complete"})


def give_up(folder: Path) -> None:
    """The batch in a folder cannot be loaded and never will: its rows are to be fetched anew."""
    path = folder / MANIFEST
    write_json(path, {**read_json(path), "state": "abandoned"})


def read_batch(folder: Path) -> LandedBatch:
    """The complete batch in a folder. LandingZoneError if there is none, or a page is gone."""
    path = folder / MANIFEST
    try:
        document = read_json(path)
        if document.get("state", "complete") != "complete":
            raise LandingZoneError(path, f"its query was not finished, it is {document['state']}")
        pages = tuple(LandedPage(**{**page, "path": folder / page["path"]}) for page in document["pages"])
        return LandedBatch(
            object_name=document["object_name"],
            table=document.get("table", folder.parent.name),
            mode=document["mode"],
            columns=tuple(Column(**column) for column in document["columns"]),
            pages=pages,
            job_id=document["job_id"],
            query=document["query"],
            cursor_name=document["cursor_name"],
            window_start=_instant(document["window_start"]),
            window_end=datetime.fromisoformat(document["window_end"]),
            seconds=document["seconds"],
            purpose=document.get("purpose", "rows"),
            folder=folder,
            source_now=_instant(document.get("source_now")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LandingZoneError(path, f"{type(error).__name__}: {error}") from error


def land_deletions(
    landing: Path,
    source: str,
    *,
    object_name: str,
    table: str,
    kind: DeletionKind,
    rows: Sequence[tuple[str, datetime]],
    run_id: str,
    window_start: datetime,
    window_end: datetime,
) -> LandedDeletions:
    """Write a list of (Id, instant of the deletion, aware) into a new folder of the landing zone."""
    folder = new_folder(landing, source, table, f"{run_id}-deletions")
    folder.mkdir(parents=True)
    content = gzip.compress(_csv(rows).encode(), compresslevel=1, mtime=0)
    write_bytes(folder / DELETIONS_FILE, content)
    deletions = LandedDeletions(
        object_name=object_name,
        table=table,
        kind=kind,
        rows=tuple((key, at.astimezone(UTC)) for key, at in rows),
        file=folder / DELETIONS_FILE,
        run_id=run_id,
        window_start=window_start,
        window_end=window_end,
    )
    document = {name: value for name, value in asdict(deletions).items() if name not in ("rows", "file")}
    digest = hashlib.sha256(content).hexdigest()
    write_json(folder / DELETIONS, {**document, "row_count": len(rows), "sha256": digest})
    return deletions


def read_deletions(folder: Path) -> LandedDeletions:
    """The list of deletions in a folder. LandingZoneError if it is missing or not as it was written."""
    path = folder / DELETIONS_FILE
    try:
        document = read_json(folder / DELETIONS)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != document["sha256"]:
            raise LandingZoneError(path, "it is not as it was written")
        lines = list(csv.reader(io.StringIO(gzip.decompress(content).decode())))[1:]
        return LandedDeletions(
            object_name=document["object_name"],
            table=document["table"],
            kind=document["kind"],
            rows=tuple((key, datetime.fromisoformat(at)) for key, at in lines),
            file=path,
            run_id=document["run_id"],
            window_start=datetime.fromisoformat(document["window_start"]),
            window_end=datetime.fromisoformat(document["window_end"]),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise LandingZoneError(path, f"{type(error).__name__}: {error}") from error


def read_json(path: Path) -> dict[str, Any]:
    """A document of the landing zone. LandingZoneError if it cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LandingZoneError(path, f"{type(error).__name__}: {error}") from error
    if not isinstance(document, dict):
        raise LandingZoneError(path, "it is no JSON object")
    return document


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Replace a document as one, on the disk when this returns. Instants and paths become text, dataclasses objects."""
    # A line for each name: all of it indented by `json` takes twenty times as long.
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value, default=_plain)}" for name, value in document.items())
    write_bytes(path, f"{{\n{lines}\n}}\n".encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file as one, on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _csv(rows: Sequence[tuple[str, datetime]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((key, at.astimezone(UTC).isoformat()) for key, at in rows)
    return text.getvalue()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
