"""What saving a record brings along, as in Salesforce: values that follow others, and rows of history.

Plain functions over whole records by column: nothing is read or written here but the stages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

Record = dict[str, Any]
PERSONS = frozenset({"Contact", "Lead", "User"})
HISTORY_FIELDS = ("StageName", "Amount", "Probability", "CloseDate", "ForecastCategory", "ExpectedRevenue")
TRACKED = {"StageName": "DynamicEnum", "Amount": "Currency", "CloseDate": "DateOnly"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of OpportunityStage as far as a deal follows it."""

    name: str
    is_closed: bool
    is_won: bool
    category: str
    category_name: str
    probability: float


def follow(
    name: str,
    before: Mapping[str, Any] | None,
    after: Record,
    told: Mapping[str, Any],
    stages: Mapping[str, Stage],
    now: datetime,
) -> None:
    """Set the fields of `after` that follow from the others. `told` is what the client gave."""
    if name in PERSONS:
        after["Name"] = " ".join(part for part in (after.get("FirstName"), after.get("LastName")) if part)
    if name == "Opportunity":
        _follow_stage(before, after, told, stages, now)
        _follow_numbers(before, after)
    if name == "Task":
        _follow_status(before, after, now)
    if name == "Event":
        _follow_times(after, told)
    if name == "OpportunityLineItem":
        _follow_price(after, told)


def history_of(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Record | None:
    """The OpportunityHistory row of a save, without id and stamps; None if nothing in it changed."""
    if before is not None and all(before.get(each) == after.get(each) for each in HISTORY_FIELDS):
        return None
    row = {each: after.get(each) for each in HISTORY_FIELDS}
    return {
        **row,
        "OpportunityId": after["Id"],
        "IsDeleted": False,
        "CurrencyIsoCode": after.get("CurrencyIsoCode"),
        "PrevAmount": before.get("Amount") if before else None,
        "PrevCloseDate": before.get("CloseDate") if before else None,
    }


def field_history_of(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], names: Mapping[str, str]
) -> list[Record]:
    """OpportunityFieldHistory rows of a save, without ids and stamps; `names` are users' names by id."""
    base = {"OpportunityId": after["Id"], "IsDeleted": False}
    if before is None:
        return [{**base, "Field": "created"}]
    rows = [
        {**base, "Field": field, "DataType": kind, "OldValue": _told(before[field]), "NewValue": _told(after[field])}
        for field, kind in TRACKED.items()
        if before.get(field) != after.get(field)
    ]
    old, new = before.get("OwnerId"), after.get("OwnerId")
    if old != new:
        rows.append({**base, "Field": "Owner", "DataType": "EntityId", "OldValue": old, "NewValue": new})
        was, now = names.get(str(old)), names.get(str(new))
        rows.append({**base, "Field": "Owner", "DataType": "Text", "OldValue": was, "NewValue": now})
    return rows


def add_up(lines: Iterable[Mapping[str, Any]]) -> Record:
    """What a deal's line items tell about the deal."""
    told = list(lines)
    return {
        "Amount": round(sum(line.get("TotalPrice") or 0.0 for line in told), 2),
        "TotalOpportunityQuantity": sum(line.get("Quantity") or 0.0 for line in told) if told else None,
        "HasOpportunityLineItem": bool(told),
    }


def _told(value: Any) -> str | None:
    return None if value is None else str(value)


def _follow_stage(
    before: Mapping[str, Any] | None,
    after: Record,
    told: Mapping[str, Any],
    stages: Mapping[str, Stage],
    now: datetime,
) -> None:
    stage = stages.get(str(after.get("StageName")))
    has_moved = before is None or before.get("StageName") != after.get("StageName")
    if stage is not None and has_moved:
        after |= {"IsClosed": stage.is_closed, "IsWon": stage.is_won}
        if "Probability" not in told:
            after["Probability"] = stage.probability
        if "ForecastCategoryName" not in told:
            after |= {"ForecastCategory": stage.category, "ForecastCategoryName": stage.category_name}
    if "ForecastCategoryName" in told:
        codes = {each.category_name: each.category for each in stages.values()} | {"Best Case": "BestCase"}
        codes |= {"Commit": "Forecast", "Most Likely": "MostLikely"}
        after["ForecastCategory"] = codes.get(told["ForecastCategoryName"], told["ForecastCategoryName"])
    if before is not None and has_moved:
        after["LastStageChangeDate"] = now


def _follow_numbers(before: Mapping[str, Any] | None, after: Record) -> None:
    amount, probability, close = after.get("Amount"), after.get("Probability"), after.get("CloseDate")
    after["ExpectedRevenue"] = None if amount is None else round(amount * (probability or 0.0) / 100, 2)
    if isinstance(close, date):
        quarter = (close.month - 1) // 3 + 1
        after |= {"FiscalYear": close.year, "FiscalQuarter": quarter, "Fiscal": f"{close.year} {quarter}"}
    if before is None:
        after["PushCount"] = 0
        return
    was = before.get("CloseDate")
    if was and close and (close.year, close.month) > (was.year, was.month) and not after.get("IsClosed"):
        after["PushCount"] = (before.get("PushCount") or 0) + 1


def _follow_status(before: Mapping[str, Any] | None, after: Record, now: datetime) -> None:
    after["IsClosed"] = after.get("Status") == "Completed"
    after["IsHighPriority"] = after.get("Priority") == "High"
    if after["IsClosed"] and not (before and before.get("IsClosed")):
        after["CompletedDateTime"] = now
    if not after["IsClosed"]:
        after["CompletedDateTime"] = None


def _follow_times(after: Record, told: Mapping[str, Any]) -> None:
    start = after.get("StartDateTime") or after.get("ActivityDateTime")
    if not isinstance(start, datetime):
        return
    after |= {"StartDateTime": start, "ActivityDateTime": start, "ActivityDate": start.date()}
    if told.get("DurationInMinutes") is not None:
        after["EndDateTime"] = start + timedelta(minutes=int(told["DurationInMinutes"]))
    elif isinstance(after.get("EndDateTime"), datetime):
        after["DurationInMinutes"] = int((after["EndDateTime"] - start).total_seconds() // 60)


def _follow_price(after: Record, told: Mapping[str, Any]) -> None:
    quantity, price = after.get("Quantity"), after.get("UnitPrice")
    if quantity is None:
        return
    share = 1 - (after.get("Discount") or 0.0) / 100
    if "TotalPrice" in told and "UnitPrice" not in told and quantity and share:
        after["UnitPrice"] = round(after["TotalPrice"] / quantity / share, 2)
    elif price is not None:
        after["TotalPrice"] = round(quantity * price * share, 2)
