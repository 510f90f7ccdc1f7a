"""The violations of the rules about leads, from the simulator's own arrays.

LEAD-01 holds from a day after the assignment on, for good unless the touch was in time and only written down
late. LEAD-04 holds for both leads from the creation of the second until it is merged.
"""

from collections.abc import Iterator

import numpy as np

from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.truth.facts import Facts
from connectors.sandbox.simulate.truth.findings import Spans, found
from connectors.sandbox.simulate.work.conduct import Conduct
from connectors.sandbox.simulate.work.lead_rows import orphaned

ANSWER_WITHIN, OPEN_DAYS, SILENT_DAYS = DAY, 30, 30


def lead_facts(conduct: Conduct) -> Iterator[Facts]:
    """Facts of LEAD-01 to LEAD-04."""
    yield from _unanswered(conduct)
    yield from _stale(conduct)
    yield from _unfruitful(conduct)
    yield from _doubled(conduct)


def _unanswered(conduct: Conduct) -> Iterator[Facts]:
    leads, tasks = conduct.leads, conduct.tasks
    rows = np.flatnonzero((tasks.lead != NONE) & (tasks.completed != NONE))
    rows = rows[tasks.happened[rows] <= (leads.assigned + ANSWER_WITHIN)[tasks.lead[rows]]]
    known = np.full(len(leads), np.iinfo(np.int64).max)
    np.minimum.at(known, tasks.lead[rows], tasks.completed[rows])
    since = leads.assigned + ANSWER_WITHIN
    until = np.where(known == np.iinfo(np.int64).max, leads.merged, known)
    every = np.flatnonzero(since < conduct.era.end)
    touched = np.isin(every, tasks.lead[tasks.completed != NONE])
    yield from found(
        "LEAD-01",
        "Lead",
        every,
        since[every],
        until[every],
        "Not touched within 24 hours of the assignment, nor later.",
        "First touched later than 24 hours after the assignment.",
        which=touched.astype(np.int64),
    )


def _stale(conduct: Conduct) -> Iterator[Facts]:
    """Open for more than 30 days, and nothing done for 30."""
    leads, tasks, end = conduct.leads, conduct.tasks, conduct.era.end
    ends = np.where(leads.merged == NONE, leads.closed, leads.merged)
    every = np.arange(len(leads))
    old = Spans(every, leads.created + OPEN_DAYS * DAY, np.where(ends == NONE, end, np.minimum(ends, end)))
    rows = np.flatnonzero((tasks.lead != NONE) & (tasks.completed != NONE))
    happened = tasks.happened[rows]
    worked = Spans(tasks.lead[rows], np.maximum(happened, tasks.completed[rows]), happened + SILENT_DAYS * DAY)
    stale = old.without(worked)
    reason = "Open for more than 30 days, and nothing done for 30."
    yield from found("LEAD-02", "Lead", stale.who, stale.since, np.where(stale.until >= end, NONE, stale.until), reason)


def _unfruitful(conduct: Conduct) -> Iterator[Facts]:
    leads = conduct.leads
    gone = orphaned(leads, conduct.book)
    rows = np.flatnonzero(leads.is_converted & (leads.closed < conduct.era.end) & (~leads.has_deal | (gone != NONE)))
    lost = gone[rows] != NONE
    yield from found(
        "LEAD-03",
        "Lead",
        rows,
        np.where(lost, gone[rows], leads.closed[rows]),
        np.full(rows.size, NONE),
        "Converted without an opportunity.",
        "Converted, and its opportunity was deleted.",
        which=lost.astype(np.int64),
    )


def _doubled(conduct: Conduct) -> Iterator[Facts]:
    leads = conduct.leads
    second = np.flatnonzero(leads.original != NONE)
    both = np.concatenate([leads.original[second], second])
    since, until = np.tile(leads.created[second], 2), np.tile(leads.merged[second], 2)
    yield from found("LEAD-04", "Lead", both, since, until, "Another lead has the same e-mail address.")
