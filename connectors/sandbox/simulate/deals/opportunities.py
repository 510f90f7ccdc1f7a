"""Deals as records: the versions of Opportunity. Their history rows are made in `histories`."""

from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.deals.book import Book, Steps
from connectors.sandbox.simulate.deals.customers import Customers
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Era, Ints
from connectors.sandbox.simulate.setting.fiscal import labels_of, months_of
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import CATEGORIES, CATEGORY_NAMES, PROCESSES, STAGES
from connectors.sandbox.simulate.setting.words import LOSS_REASONS, NEXT_STEPS, PRODUCTS, SOURCES
from connectors.sandbox.simulate.staff.people import Staff

RECORD_TYPE_IDS = make_ids("012", np.arange(1, len(PROCESSES) + 1))
STAGE_NAMES = [stage.name for stage in STAGES]
NEXT_STEP_TEXTS = [text for texts in NEXT_STEPS.values() for text in texts]
_SHIFT = np.int64(1 << 34)


def opportunity_table(
    era: Era, staff: Staff, book: Book, customers: Customers, itemised: Any, more: dict[str, Any]
) -> Any:
    """All versions; `itemised` says per step whether the deal has line items then, `more` are further columns."""
    deals, steps = book.deals, book.steps
    whose = steps.deal
    years, quarters = labels_of(steps.close, era.fiscal_month)
    columns = {
        "Id": frames.pick(frames.ids("006", book.numbers), whose),
        "IsDeleted": steps.is_deleted,
        "AccountId": frames.pick(customers.ids, deals.account[whose]),
        "RecordTypeId": frames.pick(RECORD_TYPE_IDS, steps.record_type),
        "Name": frames.pick(_names(book, customers), whose),
        "StageName": frames.pick(STAGE_NAMES, steps.stage),
        "Amount": frames.numbers(steps.amount),
        "Probability": steps.probability,
        "ExpectedRevenue": frames.numbers(steps.amount * steps.probability / 100),
        "CloseDate": frames.days(steps.close),
        "Type": frames.pick([each.label for each in PROCESSES], deals.process[whose]),
        "NextStep": frames.pick(NEXT_STEP_TEXTS, steps.next_step),
        "LeadSource": frames.pick(SOURCES, deals.source[whose]),
        "IsClosed": steps.is_closed,
        "IsWon": steps.is_won,
        "ForecastCategory": frames.pick(CATEGORIES, steps.category),
        "ForecastCategoryName": frames.pick([CATEGORY_NAMES[each] for each in CATEGORIES], steps.category),
        "HasOpportunityLineItem": itemised,
        "OwnerId": frames.pick(staff.ids, steps.owner),
        "PushCount": pushes(steps),
        "LastStageChangeDate": frames.instants(stage_changed(steps)),
        "FiscalQuarter": quarters,
        "FiscalYear": years,
        "Fiscal": _fiscal_labels(years, quarters),
        "Loss_Reason__c": frames.pick(LOSS_REASONS, steps.loss_reason),
        **more,
        **frames.audit(
            deals.created[whose],
            steps.at,
            frames.pick(staff.ids, steps.by[steps.first]),
            frames.pick(staff.ids, steps.by),
        ),
        "_until": frames.instants(steps.until),
    }
    return frames.table(columns)


def pushes(steps: Steps) -> Ints:
    """Salesforce's PushCount: how often the close date moved to a later month so far."""
    return _counted(steps, months_of(steps.close))


def close_date_moves(steps: Steps) -> Ints:
    """How often the close date was moved later so far, within a month too."""
    return _counted(steps, steps.close)


def stage_changed(steps: Steps) -> Ints:
    """When the stage last changed, NONE while it never did."""
    changed = ~steps.same(steps.stage) & ~steps.is_first
    offset = steps.deal * _SHIFT
    latest = np.maximum.accumulate(np.where(changed, steps.at, 0) + offset) - offset
    return np.where(latest > 0, latest, NONE)


def _counted(steps: Steps, values: Ints) -> Ints:
    later = np.concatenate([[False], values[1:] > values[:-1]]) & ~steps.is_first & ~steps.is_closed
    running = np.cumsum(later)
    return np.asarray(running - running[steps.first], dtype=np.int64)


def _names(book: Book, customers: Customers) -> Any:
    deals = book.deals
    years, year = np.unique(deals.created.astype("datetime64[s]").astype("datetime64[Y]"), return_inverse=True)
    labels = [f" - {process.label} {product}" for process in PROCESSES for product in PRODUCTS]
    company = frames.pick(customers.names_and_none, np.where(deals.account == NONE, len(customers), deals.account))
    label = frames.pick(labels, deals.process * len(PRODUCTS) + deals.product)
    made_in = np.where(deals.account == NONE, years.size, year)
    return frames.joined(company, label, frames.pick([*(f" {each}" for each in years), ""], made_in))


def _fiscal_labels(years: Ints, quarters: Ints) -> Any:
    first = int(years.min(initial=9999))
    labels = [f"{first + code // 4} {code % 4 + 1}" for code in range((int(years.max(initial=0)) - first + 1) * 4)]
    return frames.pick(labels or [""], (years - first) * 4 + quarters - 1)
