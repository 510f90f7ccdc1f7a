"""Campaigns: one a quarter for each source of leads that marketing pays for, and the leads that came from it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Book
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.words import SOURCES
from connectors.sandbox.simulate.staff.people import ADMIN, Staff
from connectors.sandbox.simulate.work.leads import Leads

KINDS = {"Web": "Webinar", "Referral": "Referral Program", "Partner": "Partners", "Event": "Conference"}
MEMBER_SHARE = 0.8  # of the leads from these sources
STATUSES = ("Planned", "In Progress", "Completed")
RESPONDED, REGISTERED, ATTENDED = range(3)
MEMBER_STATUSES = ("Responded", "Registered", "Attended")
AHEAD = 30 * DAY  # a campaign is planned
COST, COST_PER_MEMBER, SENT_PER_MEMBER = (2_000, 9_000), 35, 14


@dataclass(frozen=True)
class Campaigns:
    """Campaigns are numbered by quarter and source. Per member its lead and campaign; per quarter its first day.

    `deal` tells per deal the campaign that its lead came from, NONE for most.
    """

    era: Era
    quarters: Ints
    lead: Ints
    campaign: Ints
    deal: Ints

    def __len__(self) -> int:
        return (self.quarters.size - 1) * len(KINDS)


def run_campaigns(era: Era, book: Book, leads: Leads) -> Campaigns:
    """Quarters of the calendar, and who came; a lead that doubles another one is no member."""
    first, last = int(min(leads.created.min(initial=era.start), era.start)), era.end
    months = np.arange(_month(first) // 3 * 3, _month(last) + 4, 3)
    quarters = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    kinds = np.full(len(SOURCES), NONE)
    kinds[[SOURCES.index(source) for source in KINDS]] = np.arange(len(KINDS))
    is_member = (kinds[leads.source] != NONE) & (leads.original == NONE) & (leads.created < era.end)
    is_member &= era.stream("campaign members").random(len(leads)) < MEMBER_SHARE
    lead = np.flatnonzero(is_member)
    quarter = np.searchsorted(quarters, leads.created[lead] // DAY, side="right") - 1
    campaign = quarter * len(KINDS) + kinds[leads.source[lead]]
    named = leads.is_converted[lead] & leads.has_deal[lead]
    deal = np.full(len(book.deals), NONE)
    deal[leads.deal[lead[named]]] = campaign[named]
    return Campaigns(era, quarters, lead, campaign, deal)


def campaign_table(staff: Staff, campaigns: Campaigns, currency: Any) -> Any:
    """Campaign: planned a month ahead, in progress for its quarter, completed."""
    era, count = campaigns.era, len(campaigns)
    begins, ends = campaigns.quarters[:-1].repeat(len(KINDS)) * DAY, campaigns.quarters[1:].repeat(len(KINDS)) * DAY
    which, state = np.tile(np.arange(count), len(STATUSES)), np.repeat(np.arange(len(STATUSES)), count)
    stamped = np.concatenate([begins - AHEAD, begins, ends])
    kept = stamped < era.end
    which, state, stamped = which[kept], state[kept], stamped[kept]
    members = np.bincount(campaigns.campaign, minlength=count)
    budget = era.stream("campaign budgets").integers(*COST, count).astype(np.float64)
    spent = np.round(budget * 0.9 + COST_PER_MEMBER * members)
    kind = which % len(KINDS)
    years = campaigns.quarters[:-1].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    names = [f"{label} {1970 + month // 12} Q{month % 12 // 3 + 1}" for month in years for label in KINDS.values()]
    admin = frames.constant(str(staff.ids[ADMIN]), which.size)
    is_over = state == len(STATUSES) - 1
    return frames.table(
        {
            "Id": frames.pick(campaign_ids(campaigns), which),
            "IsDeleted": False,
            "Name": frames.pick(names, which),
            "Type": frames.pick(list(KINDS.values()), kind),
            "Status": frames.pick(STATUSES, state),
            "StartDate": frames.days(begins[which] // DAY),
            "EndDate": frames.days(ends[which] // DAY - 1),
            "BudgetedCost": budget[which],
            "ActualCost": frames.numbers(np.where(is_over, spent[which], np.nan)),
            "NumberSent": np.where(state > 0, SENT_PER_MEMBER * members[which], 0).astype(np.float64),
            "IsActive": state == 1,
            "OwnerId": admin,
            **currency(which.size),
            **frames.audit(begins[which] - AHEAD, stamped, admin, admin),
            "_until": frames.lasting(which, stamped),
        }
    )


def member_table(staff: Staff, campaigns: Campaigns, leads: Leads, book: Book, customers: Customers) -> Any:
    """CampaignMember: the lead when it comes, with its contact too from its conversion on."""
    lead = campaigns.lead
    turned = np.flatnonzero(leads.is_converted[lead] & (leads.closed[lead] < campaigns.era.end))
    which = np.concatenate([np.arange(lead.size), turned])
    is_turned = np.arange(which.size) >= lead.size
    whose = lead[which]
    stamped = np.where(is_turned, leads.closed[whose], leads.created[whose])
    account = np.where(is_turned, book.deals.account[np.where(is_turned, leads.deal[whose], 0)], NONE)
    contact = np.where(account == NONE, NONE, customers.contact_starts[np.maximum(account, 0)])
    is_event = leads.source[whose] == SOURCES.index("Event")
    status = np.where(is_event, np.where(whose % 4 == 0, REGISTERED, ATTENDED), RESPONDED)
    lead_ids, contact_ids = frames.whole(leads.ids), frames.whole(customers.contact_ids)
    either = frames.pick(frames.chained(lead_ids, contact_ids), np.where(contact == NONE, whose, len(leads) + contact))
    admin = frames.constant(str(staff.ids[ADMIN]), which.size)
    return frames.table(
        {
            "Id": frames.ids("00v", which + 1),
            "IsDeleted": False,
            "CampaignId": frames.pick(campaign_ids(campaigns), campaigns.campaign[which]),
            "LeadId": frames.pick(lead_ids, whose),
            "ContactId": frames.pick(contact_ids, contact),
            "Status": frames.pick(MEMBER_STATUSES, status),
            "HasResponded": True,
            "FirstRespondedDate": frames.days(leads.created[whose] // DAY),
            "LeadOrContactId": either,
            **frames.audit(leads.created[whose], stamped, admin, admin),
            "_until": frames.lasting(which, stamped),
        }
    )


def campaign_ids(campaigns: Campaigns) -> Any:
    return frames.ids("701", np.arange(1, len(campaigns) + 1))


def _month(second: int) -> int:
    """Months since 1970."""
    return int(np.datetime64(second, "s").astype("datetime64[M]").astype(np.int64))
