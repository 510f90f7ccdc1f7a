"""Line items of deals: from the proposal on, summing up to the amount whenever it changes; of some they do not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.deals.book import Book, Flags, Floats
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.catalog import ARTICLE_IDS, ARTICLES, CODES, EDITIONS, ENTRY_IDS, LIST_PRICES
from connectors.sandbox.simulate.setting.era import Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import LOST_STAGE, STAGE_CODES
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.slants import Slants
from connectors.sandbox.simulate.truth.facts import Facts, facts

ITEMISED_SHARE, MOST_LINES, MOST_UNITS = 0.65, 4, 40
STALE = (0.8, 0.95)  # what the lines of some deals sum up to, as a share of the amount


@dataclass(frozen=True)
class Items:
    """Per deal the step from which on it has lines (NONE: never), how many, and the share that they sum up to.

    Per line its deal, article, units and weight; the last line of a deal has one unit and takes the rest.
    """

    since: Ints
    count: Ints
    share: Floats
    deal: Ints
    article: Ints
    units: Ints
    weight: Floats

    @property
    def is_last(self) -> Flags:
        return np.append(self.deal[1:] != self.deal[:-1], True)[: self.deal.size]

    def has_lines(self, book: Book) -> Flags:
        """Per step whether the deal has line items then."""
        since = self.since[book.steps.deal]
        return np.asarray((since != NONE) & (np.arange(len(book.steps)) >= since))


def fill_items(era: Era, book: Book, slants: Slants) -> Items:
    """Line items for most deals that come to a proposal, none for who enters round amounts."""
    stream, steps, count = era.stream("line items"), book.steps, len(book.deals)
    is_ripe = (steps.stage >= STAGE_CODES["Proposal"]) & (steps.stage != LOST_STAGE)
    ripe = np.flatnonzero(is_ripe & ~steps.is_deleted & ~np.isnan(steps.amount))[::-1]
    since = np.full(count, NONE, dtype=np.int64)
    since[steps.deal[ripe]] = ripe  # the first one is written last
    chosen = (stream.random(count) < ITEMISED_SHARE) & ~slants["OPP-11"][book.deals.slot]
    since = np.where(chosen, since, NONE)
    lines = np.where(since == NONE, 0, stream.integers(1, MOST_LINES + 1, count))
    is_stale = stream.random(count) < rate(era, "OPP-12")
    deal = np.repeat(np.arange(count), lines)
    place = np.arange(deal.size) - np.repeat(np.cumsum(lines) - lines, lines)
    edition = (place + stream.integers(0, len(EDITIONS), count)[deal]) % len(EDITIONS)
    weight = stream.uniform(0.5, 1.5, deal.size)
    total = np.bincount(deal, weights=weight, minlength=count)
    return Items(
        since,
        lines,
        np.where(is_stale, stream.uniform(*STALE, count), 1.0),
        deal,
        book.deals.product[deal] * len(EDITIONS) + edition,
        np.where(place == lines[deal] - 1, 1, stream.integers(1, MOST_UNITS, deal.size)),
        weight / total[deal],
    )


def item_table(staff: Staff, book: Book, items: Items, currencies: Any) -> Any:
    """OpportunityLineItem: a version at first and whenever the deal's amount changes; lines go with their deal."""
    steps = book.steps
    has = items.has_lines(book)
    is_version = has & (
        (np.arange(len(steps)) == items.since[steps.deal]) | ~steps.same(steps.amount) | steps.is_deleted
    )
    versions = np.flatnonzero(is_version)
    row, line, place = lines_of(items, steps.deal[versions])
    step = versions[row]
    unit, total = prices(steps.amount[step] * items.share[items.deal[line]], items, line)
    deal, article = steps.deal[step], items.article[line]
    first = items.since[deal]
    return frames.table(
        {
            "Id": frames.pick(frames.ids("00k", np.arange(1, items.deal.size + 1)), line),
            "IsDeleted": steps.is_deleted[step],
            "OpportunityId": frames.pick(frames.ids("006", book.numbers), deal),
            "SortOrder": place + 1,
            "PricebookEntryId": frames.pick(ENTRY_IDS, article),
            "Product2Id": frames.pick(ARTICLE_IDS, article),
            "ProductCode": frames.pick(list(CODES), article),
            "Name": frames.pick(list(ARTICLES), article),
            "Quantity": items.units[line].astype(np.float64),
            "UnitPrice": unit,
            "TotalPrice": total,
            "ListPrice": LIST_PRICES[article],
            **currencies.column(deal),
            **frames.audit(
                steps.at[first],
                steps.at[step],
                frames.pick(staff.ids, steps.by[first]),
                frames.pick(staff.ids, steps.by[step]),
            ),
            "_until": frames.lasting(line, steps.at[step]),
        }
    )


def lines_of(items: Items, deals: Ints) -> tuple[Ints, Ints, Ints]:
    """All lines of each of `deals`, one after the other: (place in `deals`, line, place among the deal's lines)."""
    lines = items.count[deals]
    row = np.repeat(np.arange(deals.size), lines)
    place = np.arange(row.size) - np.repeat(np.cumsum(lines) - lines, lines)
    starts = np.cumsum(items.count) - items.count
    return row, starts[deals[row]] + place, place


def prices(amounts: Floats, items: Items, line: Ints) -> tuple[Floats, Floats]:
    """Unit and total prices of lines, in order of version and line: whole cents that add up to the amounts."""
    wanted = np.round(amounts * 100)
    units = items.units[line]
    unit = np.floor(wanted * items.weight[line] / units)
    is_last = items.is_last[line]
    running = np.cumsum(np.where(is_last, 0.0, unit * units))
    ends = np.flatnonzero(is_last)
    before = np.diff(np.concatenate([[0.0], running[ends]]))
    unit[ends] = wanted[ends] - before
    return unit / 100, unit * units / 100


def item_facts(book: Book, items: Items) -> Facts:
    stale = np.flatnonzero((items.since != NONE) & (items.share < 1))
    ids = frames.ids("006", book.numbers).take(pa.array(stale))
    since = book.steps.at[items.since[stale]]
    return facts("OPP-12", "line items sum up to less than the amount", ids, since, book.deals.deleted_at[stale])
