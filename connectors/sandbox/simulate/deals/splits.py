"""Splits: who is credited with a deal's revenue, and overlays on top of it. A type of splits sums up to 100 %."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.deals.book import Book, Flags, Floats
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.staff.people import ADMIN, Staff

SHARED, SHARES = 0.12, (30.0, 40.0, 50.0)  # of the deals with a second seller, and what that one is credited with
OVERLAY_SHARE, OVERLAY = 0.06, 50.0
REVENUE, OVERLAY_TYPE = 0, 1
TYPE_IDS = make_ids("1SX", [1, 2])
PER_DEAL = 3  # numbers kept for the splits of a deal: the owner's, the second seller's, the overlay


@dataclass(frozen=True)
class Splits:
    """Per deal its second seller's percentage (0: none) and person, and whether the manager has an overlay."""

    percentage: Floats
    mate: Ints
    has_overlay: Flags


def share_out(era: Era, staff: Staff, book: Book) -> Splits:
    stream, deals, count = era.stream("splits"), book.deals, len(book.deals)
    mates = staff.holders((deals.slot + 1) % len(staff.slots), deals.created)
    owners = book.steps.owner[book.starts[:-1]]
    is_shared = (stream.random(count) < SHARED) & (mates != owners)
    percentage = np.where(is_shared, stream.choice(SHARES, count), 0.0)
    return Splits(percentage, mates, stream.random(count) < OVERLAY_SHARE)


def split_table(staff: Staff, book: Book, splits: Splits, currencies: Any) -> Any:
    """OpportunitySplit: versions whenever owner or amount change; they go with their deal."""
    steps = book.steps
    changed = np.flatnonzero(~steps.same(steps.amount) | ~steps.same(steps.owner) | steps.is_deleted)
    deal = steps.deal[changed]
    shared, overlaid = splits.percentage[deal] > 0, splits.has_overlay[deal]
    step = np.concatenate([changed, changed[shared], changed[overlaid]])
    kind = np.repeat([0, 1, 2], [changed.size, int(shared.sum()), int(overlaid.sum())])
    deal = steps.deal[step]
    mate = splits.percentage[deal]
    percentage = np.choose(kind, [100 - mate, mate, np.full(mate.size, OVERLAY)])
    manager = staff.leaders(book.deals.slot[deal], book.deals.created[deal])
    person = np.choose(kind, [steps.owner[step], splits.mate[deal], manager])
    first = steps.first[step]
    columns = {
        "Id": frames.ids("1SP", (deal + book.offset) * PER_DEAL + kind + 1),
        "IsDeleted": steps.is_deleted[step],
        "OpportunityId": frames.pick(frames.ids("006", book.numbers), deal),
        "SplitOwnerId": frames.pick(staff.ids, person),
        "SplitTypeId": frames.pick(TYPE_IDS, (kind == PER_DEAL - 1).astype(np.int64)),
        "SplitPercentage": percentage,
        "SplitAmount": frames.numbers(np.round(steps.amount[step] * percentage) / 100),
        **currencies.column(deal),
        **frames.audit(
            steps.at[first],
            steps.at[step],
            frames.pick(staff.ids, steps.by[first]),
            frames.pick(staff.ids, steps.by[step]),
        ),
        "_until": frames.lasting(deal * PER_DEAL + kind, steps.at[step]),
    }
    return frames.table(columns)


def split_type_table(era: Era, staff: Staff) -> Any:
    """OpportunitySplitType: what makes up the amount, and what comes on top."""
    stamped = np.full(2, era.start - 400 * DAY)
    admin = frames.constant(str(staff.ids[ADMIN]), 2)
    return frames.table(
        {
            "Id": TYPE_IDS,
            "IsDeleted": False,
            "DeveloperName": ["Revenue", "Overlay"],
            "MasterLabel": ["Revenue", "Overlay"],
            "Language": "en_US",
            "IsActive": True,
            "IsTotalValidated": [True, False],
            "SplitField": "Amount",
            "SplitEntity": "Opportunity",
            "SplitDataStatus": "Normal",
            **frames.audit(stamped, stamped, admin, admin),
        }
    )
