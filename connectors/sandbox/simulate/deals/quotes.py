"""Quotes: drawn up with the proposal, presented, and accepted or denied with the deal. Some wins have none."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.deals.items import Items
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.catalog import PRICE_BOOK_ID
from connectors.sandbox.simulate.setting.era import DAY, HOUR, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import LOST_STAGE, STAGE_CODES
from connectors.sandbox.simulate.staff.people import Staff

STATES = ("Draft", "Presented", "Accepted", "Denied")
DRAFT, PRESENTED, ACCEPTED, DENIED = range(4)
QUOTED_SHARE = 0.85  # of the deals with a proposal that are not won
DRAWN_UP, PRESENTED_AFTER = (0.05, 0.45), (0.1, 0.8)  # shares of the time that is left
VALID_DAYS = 45


@dataclass(frozen=True)
class Quotes:
    """Per quote its deal, when it was made and presented, and when it was accepted or denied (NONE: not yet)."""

    deal: Ints
    created: Ints
    presented: Ints
    ended: Ints


def draw_up(era: Era, book: Book) -> Quotes:
    """One quote per deal with a proposal; a win has one unless that is left out by rate."""
    stream, steps, deals, count = era.stream("quotes"), book.steps, book.deals, len(book.deals)
    proposed = np.flatnonzero((steps.stage >= STAGE_CODES["Proposal"]) & (steps.stage != LOST_STAGE))[::-1]
    since = np.full(count, NONE, dtype=np.int64)
    since[steps.deal[proposed]] = steps.at[proposed]
    left_out = rate(era, "OPP-21")
    share = np.where(deals.is_won, 1 - left_out, QUOTED_SHARE)
    ended = np.where(deals.ended == NONE, era.end, deals.ended)
    left = ended - since
    has_one = (since != NONE) & (stream.random(count) < share) & (left > HOUR) & ~deals.is_born_closed
    chosen = np.flatnonzero(has_one)
    room = np.minimum(left[chosen], 20 * DAY)
    created = since[chosen] + (stream.uniform(*DRAWN_UP, chosen.size) * room).astype(np.int64)
    rest = np.minimum(ended[chosen] - created, 9 * DAY)
    presented = created + (stream.uniform(*PRESENTED_AFTER, chosen.size) * rest).astype(np.int64) + 60
    closed = np.where(deals.deleted_at[chosen] == NONE, deals.ended[chosen], NONE)
    return Quotes(chosen, created, presented, closed)


def quote_versions(book: Book, quotes: Quotes, end: int) -> tuple[Ints, Ints, Ints, Any]:
    """(quote, state, stamp, whether it is deleted) of each version; they go into the recycle bin with their deal."""
    deals = book.deals
    gone = deals.deleted_at[quotes.deal]
    every = np.arange(quotes.deal.size)
    closed, doomed = np.flatnonzero(quotes.ended != NONE), np.flatnonzero(gone != NONE)
    which = np.concatenate([every, every, closed, doomed])
    ends = np.where(deals.is_won[quotes.deal], ACCEPTED, DENIED)
    state = np.concatenate([every * 0 + DRAFT, every * 0 + PRESENTED, ends[closed], doomed * 0 + PRESENTED])
    stamped = np.concatenate([quotes.created, quotes.presented, quotes.ended[closed], gone[doomed]])
    is_deleted = np.arange(which.size) >= which.size - doomed.size
    last = np.where(quotes.ended != NONE, quotes.ended, np.where(gone != NONE, gone, end))
    kept = is_deleted | (stamped < last[which]) | (state == ACCEPTED) | (state == DENIED)
    return which[kept], state[kept], stamped[kept], is_deleted[kept]


def quote_table(
    staff: Staff, book: Book, customers: Customers, quotes: Quotes, items: Items, currencies: Any, end: int
) -> Any:
    """Versions of Quote. Its lines are in `quote_lines`."""
    deals, every = book.deals, np.arange(quotes.deal.size)
    which, state, stamped, is_deleted = quote_versions(book, quotes, end)
    deal = quotes.deal[which]
    step = book.step_at(deal, stamped)
    amount = frames.numbers(book.steps.amount[step])
    by = frames.pick(staff.ids, book.steps.owner[step])
    return frames.table(
        {
            "Id": frames.pick(frames.ids("0Q0", every + 1), which),
            "IsDeleted": is_deleted,
            "OwnerId": by,
            "Name": frames.joined("Quote ", frames.texts(which + 1)),
            "QuoteNumber": frames.texts(which + 1),
            "OpportunityId": frames.pick(frames.ids("006", book.numbers), deal),
            "AccountId": frames.pick(customers.ids, deals.account[deal]),
            "Pricebook2Id": frames.constant(PRICE_BOOK_ID, which.size),
            "Status": frames.pick(list(STATES), state),
            "IsSyncing": True,
            "ExpirationDate": frames.days(quotes.created[which] // DAY + VALID_DAYS),
            "Subtotal": amount,
            "TotalPrice": amount,
            "GrandTotal": amount,
            "LineItemCount": np.where(items.has_lines(book)[step], items.count[deal], 0),
            **currencies.column(deal),
            **frames.audit(quotes.created[which], stamped, by, by),
            "_until": frames.lasting(which, stamped),
        }
    )
