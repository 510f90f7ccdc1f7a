"""Opportunity teams: who sells along with a deal's owner, namely those who are credited with a part of it."""

from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.splits import Splits
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import Staff

ROLES = ("Specialist", "Sales Manager")


def team_table(staff: Staff, book: Book, splits: Splits, currencies: Any) -> Any:
    """OpportunityTeamMember: there from the deal's beginning, into the recycle bin with it."""
    deals = book.deals
    mates, overlaid = np.flatnonzero(splits.percentage > 0), np.flatnonzero(splits.has_overlay)
    deal, role = np.concatenate([mates, overlaid]), np.repeat([0, 1], [mates.size, overlaid.size])
    leaders = staff.leaders(deals.slot[overlaid], deals.created[overlaid])
    person = np.concatenate([splits.mate[mates], leaders])
    gone = np.flatnonzero(deals.deleted_at[deal] != NONE)
    member = np.concatenate([np.arange(deal.size), gone])
    stamped = np.concatenate([deals.created[deal], deals.deleted_at[deal[gone]]])
    whose, who = deal[member], person[member]
    by = frames.pick(staff.ids, book.steps.by[book.starts[whose]])
    return frames.table(
        {
            "Id": frames.ids("00q", member + 1),
            "IsDeleted": np.arange(member.size) >= deal.size,
            "OpportunityId": frames.pick(frames.ids("006", book.numbers), whose),
            "UserId": frames.pick(staff.ids, who),
            "Name": frames.pick([each.name for each in staff.people], who),
            "TeamMemberRole": frames.pick(ROLES, role[member]),
            "OpportunityAccessLevel": "Edit",
            **currencies.column(whose),
            **frames.audit(deals.created[whose], stamped, by, by),
            "_until": frames.lasting(member, stamped),
        }
    )
