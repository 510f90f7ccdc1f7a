"""All pages of a Bulk job to disk: side by side where the org lists them, else one after the other.

What landed is written down page by page. A page that comes twice, or any that does not add up to
what Salesforce counted, stops the download.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from connectors.landed import LandedPage
from connectors.salesforce import bulk
from connectors.salesforce.bulk import Job, PageRequest, PageRules
from connectors.salesforce.errors import (
    HeaderMismatchError,
    IncompleteJobError,
    IncompletePageError,
    RequestError,
    SalesforceError,
)
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.pages import PageContent, TornPageError, trailer_of
from connectors.salesforce.work import Work

log = logging.getLogger("salespulse.salesforce")


def download(work: Work) -> None:
    """Wait for the job and land its pages, those that are there already left alone; then take the job away.

    Raises JobFailedError, JobTimeoutError, IncompletePageError, HeaderMismatchError, IncompleteJobError.
    """
    job = bulk.wait(work.client, work.object_name, work.manifest.job_id)
    before = len(work.manifest.pages)
    contents = _Contents(work)
    try:
        _land(work, job, PageRules(work.masking if work.mask else None, contents.refuse))
    except (HeaderMismatchError, IncompletePageError) as error:
        # A job that brings nothing usable would be resumed for the seven days it lives. Of two pages that
        # are the same one nobody can tell which is wrong.
        is_useless = isinstance(error, HeaderMismatchError) or len(work.manifest.pages) == before
        if is_useless or contents.has_twins:
            work.abandon()
            bulk.delete(work.client, job.id)
        raise
    if work.manifest.rows != job.rows:
        work.abandon()
        bulk.delete(work.client, job.id)
        raise IncompleteJobError(work.object_name, f"job {job.id}", job.rows, work.manifest.rows)


def _land(work: Work, job: Job, rules: PageRules) -> None:
    is_begun = bool(work.manifest.pages)
    is_large = job.rows > work.options.page_rows and work.options.parallel_pages > 1
    if work.manifest.is_parallel or (is_large and not is_begun):
        try:
            addresses = list(bulk.page_addresses(work.client, job.id, work.options.page_rows))
        except RequestError as error:
            log.info("%s: pages come one after the other, the org does not list them: %s", work.object_name, error)
            work.at(work.manifest.without_pages())
        else:
            _land_side_by_side(work, job, addresses, rules)
            return
    _land_in_sequence(work, job, rules)


def _land_in_sequence(work: Work, job: Job, rules: PageRules) -> None:
    is_last = bool(work.manifest.pages) and work.manifest.next_locator is None
    # A server that hands out locators without end is stopped by the count.
    while not is_last and work.manifest.rows <= job.rows:
        locator = work.manifest.next_locator
        address, parameters = bulk.by_locator(job.id, locator, work.options.page_rows)
        number = len(work.manifest.pages) + 1
        request = _request(work, number, address, parameters)
        page, following = bulk.fetch_page(work.client, request, rules)
        is_last = following is None or page is None
        if page is not None:
            work.add(page, locator, following)
        _tell(work, job, is_last=is_last)


def _land_side_by_side(work: Work, job: Job, addresses: list[str], rules: PageRules) -> None:
    work.at(_without_strangers(work, addresses))
    landed = {page.number for page in work.manifest.pages}
    numbered = enumerate(addresses, 1)
    requests = iter([_request(work, number, address) for number, address in numbered if number not in landed])
    for request, page in _fetched(work, requests, rules):
        if page is not None:
            work.add(page, _locator_of(request.address), None)
        _tell(work, job, is_last=False)


def _fetched(
    work: Work, requests: Iterator[PageRequest], rules: PageRules
) -> Iterator[tuple[PageRequest, LandedPage | None]]:
    """Pages as they come. After the first error no further one is asked for; those under way are taken."""
    running: dict[Future[tuple[LandedPage | None, str | None]], PageRequest] = {}
    failed: SalesforceError | None = None
    with ThreadPoolExecutor(work.options.parallel_pages, thread_name_prefix="page") as pool:
        while True:
            while failed is None and len(running) < work.options.parallel_pages:
                request = next(requests, None)
                if request is None:
                    break
                running[pool.submit(bulk.fetch_page, work.client, request, rules)] = request
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                request = running.pop(future)
                error = future.exception()
                if error is None:
                    yield request, future.result()[0]
                elif isinstance(error, SalesforceError):
                    failed = failed or error
                else:
                    raise error
    if failed is not None:
        raise failed


def _request(work: Work, number: int, address: str, parameters: dict[str, str] | None = None) -> PageRequest:
    path = work.page_path(number)
    return PageRequest(work.manifest.job_id, work.object_name, work.names, number, address, path, parameters)


def _without_strangers(work: Work, addresses: list[str]) -> Manifest:
    """The manifest with those pages only that begin where the list says they do."""
    there = dict(enumerate(map(_locator_of, addresses), 1))
    kept = replace(work.manifest.without_pages(), is_parallel=True)
    for page, locator in zip(work.manifest.pages, work.manifest.locators, strict=True):
        if there.get(page.number) == locator:
            kept = kept.with_page(page, locator, None)
    return kept


def _locator_of(address: str) -> str:
    """What tells one page's address from another's; its number of rows belongs to it."""
    parameters = parse_qs(urlsplit(address).query)
    return "&".join(parameters.get(name, [""])[0] for name in ("locator", "maxRecords"))


class _Contents:
    """Knows the contents of all pages, to find one that the server sent in another's place."""

    def __init__(self, work: Work) -> None:
        self.has_twins = False
        self._lock = threading.Lock()
        self._numbers = {(page.rows, trailer_of(page.path)): page.number for page in work.manifest.pages}

    def refuse(self, content: PageContent, number: int) -> None:
        """TornPageError for the content of another page. No row is in two pages, so none can be alike."""
        if not content.rows:
            return
        with self._lock:
            owner = self._numbers.setdefault((content.rows, content.trailer), number)
        if owner != number:
            self.has_twins = True
            raise TornPageError(f"it is page {owner} once more")


def _tell(work: Work, job: Job, *, is_last: bool) -> None:
    level = logging.DEBUG if is_last else logging.INFO
    log.log(level, "%s: %s of %s rows", work.object_name, f"{work.manifest.rows:,}", f"{job.rows:,}")
