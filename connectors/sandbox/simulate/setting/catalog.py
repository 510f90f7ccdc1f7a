"""What the company sells: products in editions, one price book, list prices. All from long before the era."""

from collections.abc import Callable
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era
from connectors.sandbox.simulate.setting.words import PRODUCTS
from connectors.sandbox.simulate.staff.people import ADMIN, Staff

EDITIONS = (("Starter", 290), ("Team", 740), ("Enterprise", 1_900), ("Onboarding", 4_500))
ARTICLES = tuple(f"{product} {edition}" for product in PRODUCTS for edition, _ in EDITIONS)
CODES = tuple(f"{product[:3].upper()}-{edition[:3].upper()}" for product in PRODUCTS for edition, _ in EDITIONS)
LIST_PRICES = np.array([float(price) for _ in PRODUCTS for _, price in EDITIONS])
ARTICLE_IDS, ENTRY_IDS = (make_ids(prefix, np.arange(1, len(ARTICLES) + 1)) for prefix in ("01t", "01u"))
PRICE_BOOK_ID = str(make_ids("01s", [1])[0])


def catalog_tables(era: Era, staff: Staff, currency: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """Product2, Pricebook2 and PricebookEntry."""
    count = len(ARTICLES)
    named = {"Name": list(ARTICLES), "ProductCode": list(CODES), "IsActive": True, "IsArchived": False}
    product = {"Id": ARTICLE_IDS, "IsDeleted": False, **named, "Family": [p for p in PRODUCTS for _ in EDITIONS]}
    entry = {"Id": ENTRY_IDS, "IsDeleted": False, **named, "UnitPrice": LIST_PRICES, "UseStandardPrice": False}
    entry |= {"Product2Id": ARTICLE_IDS, "Pricebook2Id": frames.constant(PRICE_BOOK_ID, count)}
    book = {"Id": [PRICE_BOOK_ID], "IsDeleted": False, "Name": "Standard Price Book", "IsStandard": True}
    book |= {"IsActive": True, "IsArchived": False}
    return {
        "Product2": frames.table({**product, **currency(count), **_founded(era, staff, count)}),
        "Pricebook2": frames.table({**book, **_founded(era, staff, 1)}),
        "PricebookEntry": frames.table({**entry, **currency(count), **_founded(era, staff, count)}),
    }


def _founded(era: Era, staff: Staff, count: int) -> dict[str, Any]:
    stamped = np.full(count, era.start - 400 * DAY)
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    return frames.audit(stamped, stamped, admin, admin)
