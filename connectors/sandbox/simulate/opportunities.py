"""Deals as records: Opportunity versions, OpportunityHistory and OpportunityFieldHistory."""

from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate import frames
from connectors.sandbox.simulate.customers import Customers
from connectors.sandbox.simulate.deals import Deal, Step
from connectors.sandbox.simulate.era import DAY, Ints, to_date
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.people import Staff
from connectors.sandbox.simulate.process import CATEGORY_NAMES, LOST, PROCESSES, WON

Tables = dict[str, Any]
RECORD_TYPE_IDS = make_ids("012", np.arange(1, len(PROCESSES) + 1))


def opportunity_ids(deals: list[Deal]) -> Any:
    return make_ids("006", np.arange(1, len(deals) + 1))


def deletions(deals: list[Deal]) -> Ints:
    """Per deal the instant of its deletion, NONE for those that stay. What hangs on a deal goes with it."""
    return np.array([NONE if deal.deleted_at is None else deal.deleted_at for deal in deals], dtype=np.int64)


class StepColumns:
    """All steps of all deals as parallel arrays, in order of deal and time; `deal` says whose."""

    def __init__(self, deals: list[Deal]) -> None:
        steps = [step for deal in deals for step in deal.steps]
        self.steps = steps
        self.deal: Ints = np.repeat(np.arange(len(deals)), [len(deal.steps) for deal in deals])
        self.at: Ints = np.array([step.at for step in steps], dtype=np.int64)
        self.close: Ints = np.array([step.close for step in steps], dtype=np.int64)
        self.owner: Ints = np.array([step.owner for step in steps], dtype=np.int64)
        self.by: Ints = np.array([step.by for step in steps], dtype=np.int64)
        self.stage = np.array([step.stage for step in steps], dtype=object)
        self.amount = np.array([np.nan if step.amount is None else step.amount for step in steps])
        self.probability = np.array([step.probability for step in steps])
        self.category = np.array([step.category for step in steps], dtype=object)
        self.is_deleted = np.array([step.is_deleted for step in steps])
        self.is_won = self.stage == WON
        self.is_closed = self.is_won | (self.stage == LOST)
        self.is_first = np.concatenate([[True], self.deal[1:] != self.deal[:-1]])
        self.first: Ints = np.maximum.accumulate(np.where(self.is_first, np.arange(len(steps)), 0))
        self.until: Ints = np.append(np.where(self.is_first[1:], NONE, self.at[1:]), NONE)

    def same(self, values: Any) -> Any:
        """Whether each step has the value of the deal's step before it; False for first steps."""
        equal = values[1:] == values[:-1]
        if values.dtype.kind == "f":
            equal |= np.isnan(values[1:]) & np.isnan(values[:-1])
        return np.concatenate([[False], equal]) & ~self.is_first

    @property
    def pushes(self) -> Ints:
        """Salesforce's PushCount: how often the close date moved to a later month so far."""
        months = self.close.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        later = np.concatenate([[False], months[1:] > months[:-1]]) & ~self.is_first & ~self.is_closed
        running = np.cumsum(later)
        return np.asarray(running - running[self.first], dtype=np.int64)

    @property
    def close_date_moves(self) -> Ints:
        """How often the close date was moved later so far, within a month too."""
        later = np.concatenate([[False], self.close[1:] > self.close[:-1]]) & ~self.is_first & ~self.is_closed
        running = np.cumsum(later)
        return np.asarray(running - running[self.first], dtype=np.int64)

    @property
    def stage_changed(self) -> Ints:
        """When the stage last changed, NONE while it never did."""
        changed = ~self.same(self.stage) & ~self.is_first
        marks = np.where(changed, self.at, 0)
        offset = self.deal * np.int64(1 << 34)
        latest = np.maximum.accumulate(marks + offset) - offset
        return np.where(latest > 0, latest, NONE)


def opportunity_table(deals: list[Deal], columns: StepColumns, customers: Customers, staff: Staff) -> Any:
    whose = columns.deal
    names = [_full_name(deal, customers) for deal in deals]
    days = columns.close.astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    quarters = days.astype("datetime64[M]").astype(np.int64) % 12 // 3 + 1
    created = columns.at[columns.first]
    process = np.array([PROCESSES.index(deal.process) for deal in deals])[whose]
    accounts = np.array([deal.account for deal in deals])[whose]
    return frames.table(
        {
            "Id": frames.pick(opportunity_ids(deals), whose),
            "IsDeleted": columns.is_deleted,
            "AccountId": frames.pick(customers.ids, accounts),
            "RecordTypeId": frames.pick(RECORD_TYPE_IDS, process),
            "Name": frames.pick(names, whose),
            "StageName": columns.stage,
            "Amount": frames.numbers(columns.amount),
            "Probability": columns.probability,
            "ExpectedRevenue": frames.numbers(columns.amount * columns.probability / 100),
            "CloseDate": frames.days(columns.close),
            "Type": frames.pick([each.label for each in PROCESSES], process),
            "NextStep": [step.next_step for step in columns.steps],
            "LeadSource": frames.pick([deal.source for deal in deals], whose),
            "IsClosed": columns.is_closed,
            "IsWon": columns.is_won,
            "ForecastCategory": columns.category,
            "ForecastCategoryName": [CATEGORY_NAMES[each] for each in columns.category],
            "HasOpportunityLineItem": False,
            "OwnerId": frames.pick(staff.ids, columns.owner),
            "PushCount": columns.pushes,
            "LastStageChangeDate": frames.instants(columns.stage_changed),
            "FiscalQuarter": quarters,
            "FiscalYear": years,
            "Fiscal": [f"{year} {quarter}" for year, quarter in zip(years, quarters, strict=True)],
            "Loss_Reason__c": [step.loss_reason for step in columns.steps],
            **frames.audit(
                created,
                columns.at,
                frames.pick(staff.ids, columns.by[columns.first]),
                frames.pick(staff.ids, columns.by),
            ),
        }
    )


def history_table(deals: list[Deal], columns: StepColumns, staff: Staff) -> Any:
    """A row at creation and for every change of stage, amount, close date, probability or category."""
    tracked = (columns.stage, columns.amount, columns.close, columns.probability, columns.category)
    unchanged = np.logical_and.reduce([columns.same(values) for values in tracked])
    kept = np.flatnonzero(~unchanged & ~columns.is_deleted)
    ids = make_ids("008", np.arange(1, kept.size + 1))
    deleted_at, doomed = _cascade(deals, columns.deal[kept])
    which = np.concatenate([kept, kept[doomed]])
    stamped = np.concatenate([columns.at[kept], deleted_at])
    previous = np.where(columns.is_first[which], NONE, which - 1)
    return frames.table(
        {
            "Id": np.concatenate([ids, ids[doomed]]),
            "OpportunityId": frames.pick(opportunity_ids(deals), columns.deal[which]),
            "CreatedById": frames.pick(staff.ids, columns.by[which]),
            "CreatedDate": frames.instants(columns.at[which]),
            "StageName": columns.stage[which],
            "Amount": frames.numbers(columns.amount[which]),
            "ExpectedRevenue": frames.numbers((columns.amount * columns.probability / 100)[which]),
            "CloseDate": frames.days(columns.close[which]),
            "Probability": columns.probability[which],
            "ForecastCategory": columns.category[which],
            "SystemModstamp": frames.instants(stamped),
            "IsDeleted": np.arange(which.size) >= kept.size,
            "PrevAmount": frames.pick(frames.numbers(columns.amount), previous),
            "PrevCloseDate": frames.pick(frames.days(columns.close), previous),
            "_from": frames.instants(stamped),
        }
    )


def field_history_table(deals: list[Deal], columns: StepColumns, staff: Staff) -> Any:
    """Rows for the tracked fields; a change of owner makes two, one with ids and one with names."""
    names = [person.name for person in staff.people]
    rows: list[tuple[int, str, str | None, str | None, str | None]] = []
    for index, step in enumerate(columns.steps):
        if columns.is_first[index]:
            rows.append((index, "created", None, None, None))
        elif not step.is_deleted:
            rows += [(index, *change) for change in _changes(columns.steps[index - 1], step, staff, names)]
    which = np.array([row[0] for row in rows])
    ids = make_ids("017", np.arange(1, which.size + 1))
    deleted_at, doomed = _cascade(deals, columns.deal[which])
    every = np.concatenate([np.arange(which.size), doomed])
    source = which[every]
    return frames.table(
        {
            "Id": ids[every],
            "IsDeleted": np.arange(every.size) >= which.size,
            "OpportunityId": frames.pick(opportunity_ids(deals), columns.deal[source]),
            "CreatedById": frames.pick(staff.ids, columns.by[source]),
            "CreatedDate": frames.instants(columns.at[source]),
            "Field": frames.pick([row[1] for row in rows], every),
            "DataType": frames.pick([row[2] for row in rows], every),
            "OldValue": frames.pick([row[3] for row in rows], every),
            "NewValue": frames.pick([row[4] for row in rows], every),
            "_from": frames.instants(np.concatenate([columns.at[which], deleted_at])),
        }
    )


def _changes(
    before: Step, after: Step, staff: Staff, names: list[str]
) -> list[tuple[str, str, str | None, str | None]]:
    found: list[tuple[str, str, str | None, str | None]] = []
    if before.stage != after.stage:
        found.append(("StageName", "DynamicEnum", before.stage, after.stage))
    if before.amount != after.amount:
        found.append(("Amount", "Currency", _money(before.amount), _money(after.amount)))
    if before.close != after.close:
        found.append(("CloseDate", "DateOnly", str(to_date(before.close)), str(to_date(after.close))))
    if before.owner != after.owner:
        found.append(("Owner", "EntityId", str(staff.ids[before.owner]), str(staff.ids[after.owner])))
        found.append(("Owner", "Text", names[before.owner], names[after.owner]))
    return found


def _cascade(deals: list[Deal], deals_of_rows: Ints) -> tuple[Ints, Ints]:
    """Rows that go with their deleted deal: when, and which."""
    gone = deletions(deals)[deals_of_rows]
    doomed = np.flatnonzero(gone != NONE)
    return gone[doomed], doomed


def _money(amount: float | None) -> str | None:
    return None if amount is None else str(amount)


def _full_name(deal: Deal, customers: Customers) -> str:
    if deal.account == NONE:
        return f"Unknown company - {deal.name}"
    year = to_date(deal.created // DAY).year
    return f"{customers.names[deal.account]} - {deal.name} {year}"
