"""The landing manifest: what a query is, and which of its pages are on disk, counted.

Lies as `manifest.json` beside the pages and is replaced as one after each page, so that a run that
was killed can be picked up at its last whole page, and the warehouse be rebuilt from the landing
zone alone. What is not loaded yet is told by `inbox`. No HTTP here.
"""

import logging
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

from connectors import landing_zone
from connectors.landed import Column, LandedBatch, LandedPage, Mode, Purpose
from connectors.landing_zone import LandingZoneError
from connectors.salesforce.errors import ManifestError
from connectors.salesforce.naming import table_name
from connectors.salesforce.pages import sha256_of

log = logging.getLogger("salespulse.salesforce")

FILE_NAME = landing_zone.MANIFEST
SOURCE = "salesforce"

# running: may be resumed; complete: all rows counted; abandoned: never to be looked at again.
State = Literal["running", "complete", "abandoned"]
Api = Literal["bulk", "rest"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One query and its pages. Instants are aware UTC.

    `locators` say where each of the `pages` began, `next_locator` where the next one does; the pages
    of a parallel query come in any order and have no next. `announced` is the number of rows that REST
    counted. `masked` fields were hashed with the key that `mask_id` tells from others. `seconds` is the
    time that the run which completed it took, `source_now` the source's clock when it began.
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
    purpose: Purpose = "rows"
    pages: tuple[LandedPage, ...] = ()
    locators: tuple[str | None, ...] = ()
    next_locator: str | None = None
    is_parallel: bool = False
    announced: int | None = None
    masked: tuple[str, ...] = ()
    mask_id: str = ""
    state: State = "running"
    seconds: float = 0.0
    source_now: datetime | None = None

    def with_page(self, page: LandedPage, locator: str | None, next_locator: str | None) -> Self:
        """One page more, in the order of their numbers."""
        both = sorted(
            [*zip(self.pages, self.locators, strict=True), (page, locator)], key=lambda entry: entry[0].number
        )
        pages, locators = zip(*both, strict=True)
        return replace(self, pages=pages, locators=locators, next_locator=next_locator)

    def without_pages(self) -> Self:
        """The same query from its start."""
        return replace(self, pages=(), locators=(), next_locator=None, is_parallel=False, announced=None)

    @property
    def rows(self) -> int:
        return sum(page.rows for page in self.pages)

    def asks_the_same(self, other: "Manifest") -> bool:
        """Whether the rows of both come from one org in the same shape, whatever their windows."""
        return (
            self.instance_url == other.instance_url
            and self.purpose == other.purpose
            and self.columns == other.columns
            and self.cursor_name == other.cursor_name
            and (self.masked, self.mask_id) == (other.masked, other.mask_id)
        )

    def batch(self, folder: Path) -> LandedBatch:
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
            purpose=self.purpose,
            folder=folder,
            source_now=self.source_now,
        )


def object_folder(landing_dir: Path, object_name: str) -> Path:
    """`<landing>/salesforce/<object_snake>`; below it one folder for each query."""
    return landing_dir / SOURCE / table_name(object_name)


def new_folder(landing_dir: Path, object_name: str, run_id: str) -> Path:
    """A folder for a new query of this run. A run that tries again gets another: nothing is overwritten."""
    return landing_zone.new_folder(landing_dir, SOURCE, table_name(object_name), run_id)


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of a folder as one: a reader sees the old one or the new one."""
    document = {field.name: getattr(manifest, field.name) for field in fields(manifest)}
    document["pages"] = [{**asdict(page), "path": page.path.name} for page in manifest.pages]
    landing_zone.write_json(folder / FILE_NAME, document)


def read(folder: Path) -> Manifest:
    """The manifest of a folder. ManifestError if it is none."""
    path = folder / FILE_NAME
    try:
        document: dict[str, Any] = landing_zone.read_json(path)
        document["columns"] = tuple(Column(**column) for column in document["columns"])
        document["pages"] = tuple(LandedPage(**{**page, "path": folder / page["path"]}) for page in document["pages"])
        document["locators"] = tuple(document["locators"])
        document["masked"] = tuple(document["masked"])
        for name in ("window_start", "window_end", "source_now"):
            document[name] = _instant(document[name])
        return Manifest(**document)
    except (LandingZoneError, OSError, ValueError, KeyError, TypeError) as error:
        reason = error.reason if isinstance(error, LandingZoneError) else f"{type(error).__name__}: {error}"
        raise ManifestError(str(path), reason) from error


def verified(folder: Path, manifest: Manifest) -> bool:
    """Whether all pages it lists are on disk as they were written."""
    for page in manifest.pages:
        if not page.path.is_file() or sha256_of(page.path) != page.sha256:
            log.warning("%s is not as it was landed; its query starts afresh", folder / page.path.name)
            return False
    return True


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
