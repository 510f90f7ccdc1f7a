"""The landing manifest: what a query is, and which of its pages are on disk, counted.

Lies as `manifest.json` beside the pages and is replaced as one after each page, so that a run that
was killed can be picked up at its last whole page, and the warehouse be rebuilt from the landing
zone alone. No HTTP here.
"""

import itertools
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from connectors.landed import Column, LandedBatch, LandedPage, Mode
from connectors.salesforce.errors import ManifestError
from connectors.salesforce.naming import table_name
from connectors.salesforce.pages import sha256_of

log = logging.getLogger("salespulse.salesforce")

FILE_NAME = "manifest.json"
SOURCE = "salesforce"

# running: may be resumed; complete: all rows counted; abandoned: never to be looked at again.
State = Literal["running", "complete", "abandoned"]
Api = Literal["bulk", "rest"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One query and its pages. Instants are aware UTC; `next_locator` is where the next page begins.

    `seconds` is the time that the run which completed it took.
    """

    object_name: str
    instance_url: str
    run_id: str
    api: Api
    job_id: str
    query: str
    mode: Mode
    columns: tuple[Column, ...]
    cursor_name: str | None
    window_start: datetime | None
    window_end: datetime
    pages: tuple[LandedPage, ...] = ()
    next_locator: str | None = None
    state: State = "running"
    seconds: float = 0.0

    def with_page(self, page: LandedPage, next_locator: str | None) -> Self:
        return replace(self, pages=(*self.pages, page), next_locator=next_locator)

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.pages)

    def batch(self) -> LandedBatch:
        """The finished query as what the warehouse loads."""
        return LandedBatch(
            object_name=self.object_name,
            table=table_name(self.object_name),
            mode=self.mode,
            columns=self.columns,
            pages=self.pages,
            job_id=self.job_id,
            query=self.query,
            cursor_name=self.cursor_name,
            window_start=self.window_start,
            window_end=self.window_end,
            seconds=self.seconds,
        )


def object_folder(landing_dir: Path, object_name: str) -> Path:
    """`<landing>/salesforce/<object_snake>`; below it one folder for each run."""
    return landing_dir / SOURCE / table_name(object_name)


def new_folder(landing_dir: Path, object_name: str, run_id: str) -> Path:
    """A folder for a new query of this run. A run that tries again gets another: nothing is overwritten."""
    home = object_folder(landing_dir, object_name)
    names = itertools.chain([run_id], (f"{run_id}-{number}" for number in itertools.count(2)))
    return next(home / name for name in names if not (home / name).exists())


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a run's folder as one: a reader sees the old one or the new one."""
    document = asdict(manifest)
    document["pages"] = [{**asdict(page), "path": page.path.name} for page in manifest.pages]
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE_NAME}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, default=datetime.isoformat)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE_NAME)


def read(folder: Path) -> Manifest:
    """The manifest of a run's folder. ManifestError if it is none."""
    path = folder / FILE_NAME
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        document["columns"] = tuple(Column(**column) for column in document["columns"])
        document["pages"] = tuple(LandedPage(**{**page, "path": folder / page["path"]}) for page in document["pages"])
        document["window_start"] = _instant(document["window_start"])
        document["window_end"] = datetime.fromisoformat(document["window_end"])
        return Manifest(**document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(str(path), f"{type(error).__name__}: {error}") from error


def unfinished(landing_dir: Path, object_name: str) -> Iterator[tuple[Path, Manifest]]:
    """Folders with a query that never ended, the newest first. An unreadable manifest is passed over."""
    found = []
    for path in object_folder(landing_dir, object_name).glob(f"*/{FILE_NAME}"):
        try:
            manifest = read(path.parent)
        except ManifestError as error:
            log.warning("%s", error)
            continue
        if manifest.state == "running":
            found.append((manifest.window_end, path.parent, manifest))
    for _, folder, manifest in sorted(found, key=lambda entry: entry[:2], reverse=True):
        yield folder, manifest


def verified(folder: Path, manifest: Manifest) -> bool:
    """Whether all pages it lists are on disk as they were written."""
    for page in manifest.pages:
        if not page.path.is_file() or sha256_of(page.path) != page.sha256:
            log.warning("%s is not as it was landed; its query starts afresh", folder / page.path.name)
            return False
    return True


def batches(landing_dir: Path) -> Iterator[LandedBatch]:
    """Every complete batch of the landing zone in the order to load them, to rebuild the warehouse.

    ManifestError if a manifest cannot be read or a page is missing or changed: a rebuild must not
    leave rows out.
    """
    complete = []
    for path in (landing_dir / SOURCE).glob(f"*/*/{FILE_NAME}"):
        manifest = read(path.parent)
        if manifest.state == "complete":
            if not verified(path.parent, manifest):
                raise ManifestError(str(path), "a page is missing or not as it was landed")
            complete.append(manifest)
    for manifest in sorted(complete, key=lambda entry: (entry.object_name, entry.window_end)):
        yield manifest.batch()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
