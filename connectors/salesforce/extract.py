"""One object from the org to landed pages: complete, counted, and resumable at any point.

describe → window → Bulk job (REST where Bulk does not offer the object) → pages → counts. The
manifest beside the pages says at every moment how far it got.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from connectors.landed import LandedBatch, LandedPage
from connectors.salesforce import bulk, manifest, rest
from connectors.salesforce.client import Client
from connectors.salesforce.describe import ObjectDescription, describe_object
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    IncompletePageError,
    JobFailedError,
    RequestError,
)
from connectors.salesforce.lock import held
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.resume import resumable
from connectors.salesforce.soql import select
from connectors.salesforce.window import Window, cut_window

log = logging.getLogger("salespulse.salesforce")

OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Work:
    """A manifest under way, the folder it lies in, and when this run began."""

    folder: Path
    manifest: Manifest
    begun: float

    def at(self, landing: Manifest) -> "_Work":
        """Go on with the manifest as it is now, written down."""
        manifest.write(self.folder, landing)
        return replace(self, manifest=landing)


def extract(
    client: Client,
    object_name: str,
    *,
    landing_dir: Path,
    cursor: datetime | None,
    expected_fields: Mapping[str, str],
    run_id: str,
    overlap: timedelta = OVERLAP,
    full: bool = False,
    known_columns: Collection[str] | None = None,
    page_rows: int = bulk.PAGE_ROWS,
) -> LandedBatch:
    """Land what changed since `cursor` (aware UTC; None = everything) and return the pages.

    `expected_fields` are the fields that the models read, to tell which of them the org lacks.
    `known_columns` are the columns that the warehouse table has: a field that is new to it makes
    this extraction a full one, so that its values come for all rows. `page_rows` bounds what is lost
    when a page is cut. Raises a SalesforceError; whatever it is, pages that landed whole stay and the
    next call goes on from them.
    """
    begun = monotonic()
    description = describe_object(client, object_name)
    _tell_missing(description, expected_fields)
    is_new = full or _has_new_columns(description, known_columns)
    with held(manifest.object_folder(landing_dir, description.name), description.name):
        window = cut_window(client, description, cursor=cursor, overlap=overlap, full=is_new)
        _tell_window(description, window, cursor)
        wanted = _fresh(client, description, window, run_id)
        found = resumable(client, wanted, landing_dir, cursor)
        if found is not None:
            work = _Work(*found, begun)
        else:
            folder = manifest.new_folder(landing_dir, description.name, run_id)
            work = _start(client, _Work(folder, wanted, begun))
        done = _land(client, work, page_rows)
    batch = done.manifest.batch()
    told = (_counted(batch.rows, "row"), _counted(len(batch.pages), "page"), _size(batch.bytes))
    log.info("%s: %s in %s, %s", batch.object_name, *told)
    return batch


def _fresh(client: Client, description: ObjectDescription, window: Window, run_id: str) -> Manifest:
    names = [column.source_name for column in description.columns]
    end = window.end if window.mode == "incremental" else None
    return Manifest(
        object_name=description.name,
        instance_url=client.instance_url,
        run_id=run_id,
        api="bulk",
        job_id="",
        query=select(description.name, names, cursor_field=description.cursor_field, start=window.start, end=end),
        mode=window.mode,
        columns=description.columns,
        cursor_name=description.cursor_column,
        window_start=window.start,
        window_end=window.end,
    )


def _start(client: Client, work: _Work) -> _Work:
    """Create the job and write it down before anything else, so that a killed run finds it again."""
    try:
        job = bulk.create(client, work.manifest.query)
    except RequestError as error:
        if not bulk.is_refusal_of_object(error):
            raise
        return _by_rest(work, error.reason)
    return work.at(replace(work.manifest, job_id=job.id))


def _by_rest(work: _Work, reason: str) -> _Work:
    log.info("%s: not offered by the Bulk API, read by REST (%s)", work.manifest.object_name, reason)
    return work.at(replace(work.manifest, api="rest", job_id=f"rest-{work.folder.name}"))


def _land(client: Client, work: _Work, page_rows: int) -> _Work:
    if work.manifest.api == "bulk":
        try:
            return _land_by_bulk(client, work, page_rows)
        except JobFailedError as error:
            work.at(replace(work.manifest, state="abandoned"))
            if not bulk.is_refusal_of_object(error):
                raise
            work = _by_rest(work, error.reason)
    pages = rest.fetch_all(
        client,
        work.manifest.query,
        object_name=work.manifest.object_name,
        columns=work.manifest.columns,
        folder=work.folder,
    )
    return _finish(replace(work, manifest=replace(work.manifest, pages=pages)))


def _land_by_bulk(client: Client, work: _Work, page_rows: int) -> _Work:
    landing = work.manifest
    job = bulk.wait(client, landing.object_name, landing.job_id)
    is_last = bool(landing.pages) and landing.next_locator is None
    # A server that hands out locators without end is stopped by the count.
    while not is_last and work.manifest.rows <= job.rows:
        try:
            page, locator = _next_page(client, work, page_rows)
        except (HeaderMismatchError, IncompletePageError) as error:
            # A job that brings nothing usable would be resumed for the seven days it lives.
            if isinstance(error, HeaderMismatchError) or work.manifest.pages == landing.pages:
                work.at(replace(work.manifest, state="abandoned"))
            raise
        is_last = locator is None or page is None
        if page is not None:
            work = work.at(work.manifest.with_page(page, locator))
        level = logging.DEBUG if is_last else logging.INFO
        log.log(level, "%s: %s of %s rows", landing.object_name, f"{work.manifest.rows:,}", f"{job.rows:,}")
    if work.manifest.rows != job.rows:
        work.at(replace(work.manifest, state="abandoned"))
        raise IncompleteJobError(landing.object_name, f"job {job.id}", job.rows, work.manifest.rows)
    done = _finish(work)
    bulk.delete(client, job.id)
    return done


def _next_page(client: Client, work: _Work, page_rows: int) -> tuple[LandedPage | None, str | None]:
    number = len(work.manifest.pages) + 1
    return bulk.fetch_page(
        client,
        work.manifest.job_id,
        object_name=work.manifest.object_name,
        columns=[column.source_name for column in work.manifest.columns],
        number=number,
        locator=work.manifest.next_locator,
        path=work.folder / f"page-{number:05d}.csv.gz",
        page_rows=page_rows,
    )


def _finish(work: _Work) -> _Work:
    seconds = round(monotonic() - work.begun, 3)
    return work.at(replace(work.manifest, state="complete", seconds=seconds))


def _has_new_columns(description: ObjectDescription, known_columns: Collection[str] | None) -> bool:
    if not known_columns:
        return False
    new = [column.source_name for column in description.columns if column.name not in known_columns]
    if new:
        log.info("%s: new to the warehouse: %s; read in full this time", description.name, ", ".join(new))
    return bool(new)


def _tell_missing(description: ObjectDescription, expected_fields: Mapping[str, str]) -> None:
    there = {field.name for field in description.fields}
    missing = [name for name in expected_fields if name not in there]
    if missing:
        log.warning(
            "%s: the org lacks these fields or hides them from this user; they stay empty: %s",
            description.name,
            ", ".join(missing),
        )


def _tell_window(description: ObjectDescription, window: Window, cursor: datetime | None) -> None:
    if description.cursor_field is None:
        log.info("%s: no field tells what changed; read in full each time", description.name)
    elif cursor is not None and description.cursor_field != "SystemModstamp":
        log.info("%s: changes are told by %s", description.name, description.cursor_field)
    log.debug("%s: %s window from %s to %s", description.name, window.mode, window.start, window.end)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
