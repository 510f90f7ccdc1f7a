"""Everything that one sync of one object brings, in the order in which it is to be loaded.

    what an earlier run landed and nobody loaded → values of added and of formula fields, for all rows
    → what changed since the cursor → what was deleted → the list of all Ids

Values of fields come before the rows: whatever changed after they were read is then written over them.
Each thing is taken to be loaded when the next one is asked for; then the cursor has moved with it.
"""

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from connectors import landing_zone
from connectors.landed import LandedBatch, LandedDeletions, Purpose, SourceTotals
from connectors.salesforce import inbox, manifest
from connectors.salesforce.client import Client
from connectors.salesforce.deleted import FURTHEST, Deletions, deletions
from connectors.salesforce.describe import ObjectDescription, describe_object
from connectors.salesforce.errors import SalesforceError
from connectors.salesforce.extract import extract, is_too_large
from connectors.salesforce.lock import held
from connectors.salesforce.manifest import SOURCE, Manifest
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import CURRENCY
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.pending import damaged_deletions, pending
from connectors.salesforce.soql import literal, select
from connectors.salesforce.totals import source_totals
from connectors.salesforce.window import Window, cut_window, halves

log = logging.getLogger("salespulse.salesforce")

Landed = LandedBatch | LandedDeletions


@dataclass(frozen=True, slots=True)
class Known:
    """What the warehouse knows of an object.

    `cursor` (aware UTC) is the instant up to which it has every change, None before the first load.
    `columns` are those that the source delivered, None if not known. `cursor_name` is the column that the windows
    were cut on, None if not known or if all was read each time. The schedules of formula values
    (`is_refresh_due`) and of the comparison of Ids (`is_sweep_due`) are kept there, too.
    """

    cursor: datetime | None = None
    columns: Collection[str] | None = None
    is_refresh_due: bool = False
    is_sweep_due: bool = False
    cursor_name: str | None = None


def landings(
    client: Client,
    object_name: str,
    *,
    landing_dir: Path,
    known: Known,
    run_id: str,
    expected_fields: Mapping[str, str],
    options: FetchOptions | None = None,
    full: bool = False,
    compare: Callable[[SourceTotals], bool] | None = None,
) -> Generator[Landed, None, None]:
    """Land one thing after the other and hand it over; load it before asking for the next.

    `expected_fields` are the fields that the models read, to tell which of them the org lacks. `full`
    reads everything, whatever the cursor. `compare` is given the source's own totals when all is loaded, and says
    whether the warehouse agrees; if not it is given fresh ones, once.
    Raises a SalesforceError; what landed whole stays, and the next call begins with it.
    """
    chosen = options or FetchOptions()
    with client.calls.about(object_name):
        described = describe_object(client, object_name)
        description = chosen.choice.applied(described, expected_fields)
        _tell_fields(described, expected_fields, known)
        with held(manifest.object_folder(landing_dir, description.name), description.name):
            sync = _Sync(client, description, landing_dir, run_id, chosen)
            as_of, gone = yield from sync.run(known, full=full)
            told = gone if gone is not None and gone.is_asked else None
            if compare is None or compare(source_totals(client, description, as_of=as_of, run_id=run_id, gone=told)):
                return
            # What was deleted for good since getDeleted was asked is only here.
            log.info("%s: the source is asked once more for what has changed meanwhile", object_name)
            compare(source_totals(client, description, as_of=as_of, run_id=run_id))


@dataclass(frozen=True, slots=True)
class _Sync:
    """What all queries of one object in one sync have in common."""

    client: Client
    description: ObjectDescription
    landing_dir: Path
    run_id: str
    options: FetchOptions

    def run(self, known: Known, *, full: bool) -> Generator[Landed, None, tuple[datetime, Deletions | None]]:
        """Everything in its order; returns the instant up to which the warehouse has it then, and what was deleted."""
        cursor, columns = known.cursor, set(known.columns or ())
        for folder, landed in pending(self.landing_dir, self.description.name, self.client.instance_url, cursor):
            yield landed
            inbox.clear(folder)
            if isinstance(landed, LandedBatch):
                columns |= {column.name for column in landed.columns} if columns else set()
                cursor = max(cursor or landed.window_end, landed.window_end) if landed.purpose == "rows" else cursor
        damaged = damaged_deletions(self.landing_dir, self.description.name)
        gone = self._gone(cursor, is_early=bool(damaged))
        window = self._window(cursor, gone, full=full or self._is_told_otherwise(known))
        lists = self._deletions(gone, window)
        if window.mode == "incremental" and (fields := self._refreshed(columns, known)):
            yield from self._others("refresh", ["Id", *fields], window)
        is_whole, as_of = True, window.end
        for batch in self._rows(window, cursor):
            is_whole, as_of = is_whole and batch.mode == "full", max(batch.window_end, cursor or batch.window_end)
            yield from _offered(batch)
        for each in lists:
            yield each
            inbox.clear(each.file.parent)
        for folder in damaged:
            inbox.clear(folder)
        is_gap = gone is not None and gone.has_gap
        is_sweep = (known.is_sweep_due or is_gap or full) and not self.description.is_history
        if is_sweep and known.cursor is not None and not is_whole:
            flag = ["IsDeleted"] if self.description.has("IsDeleted") else []
            yield from self._others("ids", ["Id", *flag], window)
        return as_of, gone

    def _gone(self, cursor: datetime | None, *, is_early: bool) -> Deletions | None:
        """None where everything is read each time, which tells what is gone too. `is_early`: as far back as can be."""
        if self.description.cursor_field is None:
            return None
        if is_early and cursor is not None:
            cursor = min(cursor, self.client.server_now() - FURTHEST + self.options.overlap)
        return deletions(self.client, self.description, cursor=cursor, overlap=self.options.overlap)

    def _is_told_otherwise(self, known: Known) -> bool:
        """Whether another field tells now what changed: what the one before did not tell must be read once."""
        now, before = self.description.cursor_column, known.cursor_name
        if before is None or now in (before, None):
            return False
        log.warning("%s: changes are told by %s and no longer by %s; read in full", self.description.name, now, before)
        return True

    def _window(self, cursor: datetime | None, gone: Deletions | None, *, full: bool) -> Window:
        overlap = self.options.overlap
        window = cut_window(self.client, self.description, cursor=cursor, overlap=overlap, full=full)
        if gone is not None and cursor is not None and gone.covered + overlap < window.end:
            # The next sync asks for deletions from the end of this window less the overlap on.
            window = replace(window, end=max(gone.covered + overlap, cursor))
        _tell_window(self.description, window, cursor)
        return window

    def _rows(self, window: Window, cursor: datetime | None) -> Iterator[LandedBatch]:
        """The window as one batch, or in halves of halves where the org gives up on it."""
        waiting = [window]
        while waiting:
            piece = waiting.pop(0)
            try:
                batch = self._extract(self._rows_of(piece), cursor)
            except SalesforceError as error:
                split = halves(piece, cursor) if is_too_large(error) and self.description.cursor_field else None
                if split is None:
                    raise
                log.warning("%s: too much for one query, read in halves of its time: %s", self.description.name, error)
                waiting[:0] = split
                continue
            yield batch
            cursor = max(cursor or batch.window_end, batch.window_end)
            if batch.window_end < piece.end and self.description.cursor_field:
                # A query of an earlier run answered; what came since is still missing.
                waiting.insert(0, Window("incremental", batch.window_end - self.options.overlap, piece.end))

    def _others(self, purpose: Purpose, fields: Sequence[str], window: Window) -> Iterator[LandedBatch]:
        """Some columns of all rows. Read after the window was cut, so they are of its end or later.

        A list of Ids names those that were created before it: what came since is not loaded yet.
        """
        query = select(self.description.name, fields)
        if purpose == "ids" and self.description.is_filterable("CreatedDate"):
            query = f"{query} WHERE CreatedDate < {literal(window.end)}"
        yield from _offered(
            self._extract(self._manifest(purpose, fields, query, Window("full", None, window.end)), None)
        )

    def _extract(self, wanted: Manifest, cursor: datetime | None) -> LandedBatch:
        return extract(self.client, wanted, landing_dir=self.landing_dir, options=self.options, cursor=cursor)

    def _rows_of(self, window: Window) -> Manifest:
        names = [column.source_name for column in self.description.columns]
        end = window.end if window.mode == "incremental" else None
        field = self.description.cursor_field
        query = select(self.description.name, names, cursor_field=field, start=window.start, end=end)
        return self._manifest("rows", names, query, window)

    def _manifest(self, purpose: Purpose, names: Sequence[str], query: str, window: Window) -> Manifest:
        by_name = {column.source_name: column for column in self.description.columns}
        masking = self.options.choice.masking
        masked = tuple(name for name in names if name in self.description.masked)
        return Manifest(
            object_name=self.description.name,
            instance_url=self.client.instance_url,
            run_id=self.run_id,
            api="bulk",
            job_id="",
            query=query,
            mode=window.mode,
            columns=tuple(by_name[name] for name in names),
            cursor_name=self.description.cursor_column,
            window_start=window.start,
            window_end=window.end,
            purpose=purpose,
            masked=masked,
            mask_id=masking.fingerprint if masking and masked else "",
            source_now=self.client.server_now(),
        )

    def _deletions(self, gone: Deletions | None, window: Window) -> list[LandedDeletions]:
        """On disk before the cursor moves beyond them."""
        rows = () if gone is None else gone.before(window.end)
        if gone is None or not rows:
            return []
        name = self.description.name
        landed = landing_zone.land_deletions(
            self.landing_dir,
            SOURCE,
            object_name=name,
            table=table_name(name),
            # a deletion that moved a stamp was read with its flag, if it is in the recycle bin still
            kind="hard" if self.description.is_stamped_by_deletion else "soft",
            rows=rows,
            run_id=self.run_id,
            window_start=gone.start,
            window_end=window.end,
        )
        inbox.mark(landed.file.parent)
        return [landed]

    def _refreshed(self, columns: Collection[str], known: Known) -> list[str]:
        """Fields whose values are to come for all rows: new ones, and formulas if it is time."""
        calculated = self.description.calculated if known.is_refresh_due else ()
        return list(dict.fromkeys([*self._added(columns), *calculated]))

    def _added(self, columns: Collection[str]) -> list[str]:
        """Fields that the warehouse table does not have yet, if it is known what it has."""
        if not columns:
            return []
        new = [column.source_name for column in self.description.columns if column.name not in columns]
        if new:
            log.info("%s: new to the warehouse, read for all rows: %s", self.description.name, ", ".join(new))
        return new


def _offered(batch: LandedBatch) -> Iterator[LandedBatch]:
    yield batch
    if batch.folder is not None:
        inbox.clear(batch.folder)


def _tell_fields(described: ObjectDescription, expected: Mapping[str, str], known: Known) -> None:
    missing = [name for name in expected if name not in CURRENCY and not described.has(name)]
    if missing:
        log.warning(
            "%s: the org lacks these fields or hides them from this user; they stay empty: %s",
            described.name,
            ", ".join(missing),
        )
    there = {column.name for column in described.columns}
    if vanished := sorted(set(known.columns or ()) - there):
        log.warning(
            "%s: these columns are no longer delivered (maybe field-level security, which hides fields without an "
            "error); what is stored of them is kept: %s",
            described.name,
            ", ".join(vanished),
        )


def _tell_window(description: ObjectDescription, window: Window, cursor: datetime | None) -> None:
    if description.cursor_field is None:
        log.info("%s: no field tells what changed; read in full each time", description.name)
    elif cursor is not None and description.cursor_field != "SystemModstamp":
        log.info("%s: changes are told by %s", description.name, description.cursor_field)
    log.debug("%s: %s window from %s to %s", description.name, window.mode, window.start, window.end)
