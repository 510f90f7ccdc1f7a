"""One query from the org to landed pages: complete, counted, and resumable at any point.

REST where few rows are expected or Bulk refuses the object, else a Bulk job. The manifest beside the
pages says at every moment how far it got. Which queries make up a sync is `sync`'s business.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from connectors.landed import LandedBatch
from connectors.salesforce import bulk, download, joined, manifest, rest
from connectors.salesforce.client import Client
from connectors.salesforce.errors import JobFailedError, RequestError, SalesforceError
from connectors.salesforce.limits import record_counts
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.resume import resumable
from connectors.salesforce.work import Work

log = logging.getLogger("salespulse.salesforce")

TOO_LARGE = ("OPERATION_TOO_LARGE", "QUERY_TIMEOUT")


def extract(
    client: Client, wanted: Manifest, *, landing_dir: Path, options: FetchOptions, cursor: datetime | None = None
) -> LandedBatch:
    """Land the query and return its pages; a cut-off one that answers for it is gone on with instead.

    Raises a SalesforceError; whatever it is, pages that landed whole stay and the next call goes on
    from them. `is_too_large` tells whether asking for less would help.
    """
    found = resumable(client, wanted, landing_dir, cursor)
    if found is None:
        folder = manifest.new_folder(landing_dir, wanted.object_name, wanted.run_id)
        work = Work(client, folder, wanted, options)
        _begin(work)
    else:
        work = Work(client, *found, options)
        _continue(work)
    batch = work.finish()
    if batch.job_id and work.manifest.api == "bulk":
        bulk.delete(client, batch.job_id)
    _tell(batch)
    return batch


def is_too_large(error: SalesforceError) -> bool:
    """Whether Salesforce gave up on the query for its size."""
    said: Mapping[str, str] = {name: str(getattr(error, name, "")) for name in ("code", "reason")}
    return any(code in text for code in TOO_LARGE for text in said.values())


def _begin(work: Work) -> None:
    if not _by_rest_if_small(work):
        _by_bulk(work)


def _continue(work: Work) -> None:
    if work.manifest.api == "rest":
        _by_rest(work)
    else:
        _land_by_bulk(work)


def _by_rest_if_small(work: Work) -> bool:
    """Read by REST what is little; the first answer of a query tells how many rows it has.

    A short answer: where Bulk follows it is thrown away, and where more rows follow they are asked for anew.
    """
    landing, most = work.manifest, work.options.rest_rows
    if not most or not rest.fits(landing.query) or not _may_be_small(work):
        return False
    try:
        answer = rest.ask(work.client, landing.query, rest.FEW)
    except RequestError as error:
        if is_too_large(error):
            return False
        raise
    if answer.total > most and answer.next_url is not None:
        log.debug("%s: %s rows, more than REST is used for", landing.object_name, f"{answer.total:,}")
        return False
    work.manifest = replace(landing, api="rest", job_id=f"rest-{work.folder.name}")
    rest.download(work, answer if answer.next_url is None else None)
    return True


def _may_be_small(work: Work) -> bool:
    """A window may be; of everything the org tells about how much it is."""
    if work.manifest.mode == "incremental":
        return True
    try:
        count = record_counts(work.client, [work.object_name]).get(work.object_name)
    except RequestError as error:
        log.debug("%s: the org does not count its records: %s", work.object_name, error)
        return False
    return count is not None and count <= work.options.rest_rows


def _by_bulk(work: Work) -> None:
    """Create the job and write it down before anything else, so that a killed run finds it again."""
    refused = ""
    try:
        job = bulk.create(work.client, work.manifest.query)
    except RequestError as error:
        if not bulk.is_refusal_of_object(error):
            raise
        refused = error.reason
    if refused:
        _by_rest_instead(work, refused)
        return
    work.at(replace(work.manifest, job_id=job.id))
    _land_by_bulk(work)


def _land_by_bulk(work: Work) -> None:
    refused = ""
    try:
        download.download(work)
    except JobFailedError as error:
        job_id = work.manifest.job_id
        work.abandon()
        bulk.delete(work.client, job_id)
        if not bulk.is_refusal_of_object(error):
            raise
        refused = error.reason
    if refused:
        _by_rest_instead(work, refused)


def _by_rest_instead(work: Work, reason: str) -> None:
    log.info("%s: not offered by the Bulk API, read by REST (%s)", work.object_name, reason)
    folder = manifest.new_folder(work.folder.parents[2], work.object_name, work.manifest.run_id)
    fresh = replace(work.manifest.without_pages(), api="rest", job_id=f"rest-{folder.name}", state="running")
    work.folder, work.manifest = folder, fresh
    _by_rest(work)


def _by_rest(work: Work) -> None:
    if rest.fits(work.manifest.query):
        rest.download(work)
    else:
        joined.download(work)


def _tell(batch: LandedBatch) -> None:
    told = (_counted(batch.rows, "row"), _counted(len(batch.pages), "page"), _size(batch.bytes))
    rate = f", {batch.rows / batch.seconds:,.0f} rows/s" if batch.rows and batch.seconds else ""
    what = "" if batch.purpose == "rows" else f" ({batch.purpose})"
    level = logging.INFO if batch.rows else logging.DEBUG
    log.log(level, "%s%s: %s in %s, %s%s", batch.object_name, what, *told, rate)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
