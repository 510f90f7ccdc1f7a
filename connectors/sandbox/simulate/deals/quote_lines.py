"""Line items of quotes: those of the deal as it is when the quote is saved, summing up to the quote's total."""

from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.items import Items, lines_of, prices
from connectors.sandbox.simulate.deals.quotes import Quotes, quote_versions
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.catalog import ARTICLE_IDS, ENTRY_IDS, LIST_PRICES
from connectors.sandbox.simulate.setting.ordering import order_by
from connectors.sandbox.simulate.staff.people import Staff


def quote_line_table(staff: Staff, book: Book, quotes: Quotes, items: Items, currencies: Any, end: int) -> Any:
    """QuoteLineItem: a version at first, when the quote's total has changed, and when it goes with its deal."""
    which, _, stamped, is_deleted = quote_versions(book, quotes, end)
    order = order_by(which, stamped)
    which, stamped, is_deleted = which[order], stamped[order], is_deleted[order]
    step = book.step_at(quotes.deal[which], stamped)
    has = items.has_lines(book)[step] & ~np.isnan(book.steps.amount[step])
    which, stamped, is_deleted, step = which[has], stamped[has], is_deleted[has], step[has]
    amount = book.steps.amount[step]
    is_same = np.concatenate([[False], (which[1:] == which[:-1]) & (amount[1:] == amount[:-1])])[: which.size]
    kept = ~is_same | is_deleted
    which, stamped, is_deleted, step = which[kept], stamped[kept], is_deleted[kept], step[kept]
    row, line, place = lines_of(items, quotes.deal[which])
    which, stamped, step = which[row], stamped[row], step[row]
    unit, total = prices(book.steps.amount[step], items, line)
    deal, article = quotes.deal[which], items.article[line]
    by = frames.pick(staff.ids, book.steps.owner[step])
    return frames.table(
        {
            "Id": frames.pick(frames.ids("0QL", np.arange(1, items.deal.size + 1)), line),
            "IsDeleted": is_deleted[row],
            "LineNumber": frames.texts(line + 1),
            "QuoteId": frames.pick(frames.ids("0Q0", np.arange(1, quotes.deal.size + 1)), which),
            "PricebookEntryId": frames.pick(ENTRY_IDS, article),
            "OpportunityLineItemId": frames.pick(frames.ids("00k", np.arange(1, items.deal.size + 1)), line),
            "Product2Id": frames.pick(ARTICLE_IDS, article),
            "Quantity": items.units[line].astype(np.float64),
            "UnitPrice": unit,
            "ListPrice": LIST_PRICES[article],
            "Subtotal": total,
            "TotalPrice": total,
            "SortOrder": place + 1,
            **currencies.column(deal),
            **frames.audit(_first(which, stamped), stamped, by, by),
            "_until": frames.lasting(line, stamped),
        }
    )


def _first(which: Any, stamped: Any) -> Any:
    """When the first version of each quote's lines was saved, the versions being in order of quote and time."""
    is_first = np.concatenate([[True], which[1:] != which[:-1]])[: which.size]
    return stamped[np.maximum.accumulate(np.where(is_first, np.arange(which.size), 0))]
