"""A small org made by hand, one sObject for each kind that the connector treats differently.

Rows live on: at each hour after `START` some are added, changed and deleted, as the clock comes by.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.store.org import Org

START = datetime(2026, 3, 18, 12, 0)
HOURS = 8
NASTY = [
    "NA",
    "null",
    "None",
    "  ",
    "007",
    "a\r\nb",
    'say "no"',
    "naïve ☃ 🎉",
    "x,y;z",
    "\tq",
    "\x00nul\x00",
    "0.0",
    "'",
]
_ID = "Id id required\nIsDeleted boolean required\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which an object is told; `rows` at the start, `page_rows` to ask of the Bulk API."""

    sobject: SObject
    rows: int
    page_rows: int

    @property
    def name(self) -> str:
        return self.sobject.name

    @property
    def is_bulk(self) -> bool:
        return self.sobject.is_bulk_supported

    @property
    def pages(self) -> int:
        """How many pages the first sync takes."""
        return -(-self.rows // (self.page_rows if self.is_bulk else 2000))


def _sobject(name: str, prefix: str, fields: str, **flags: bool) -> SObject:
    return SObject(name, prefix, name, parse_fields(fields), **flags)


STAMPS = "CreatedDate datetime required\nLastModifiedDate datetime required\nSystemModstamp datetime required"
DEAL = (
    "Name string 255 name\nAmount currency 18.2\nProbability percent\nCloseDate date\nIsWon boolean required\n"
    "Steps int\nNextStep textarea 255\nOwnerId reference >User\n"
)
KINDS = {
    "bulk": Kind(_sobject("Opportunity", "006", _ID + DEAL + STAMPS), 230, 50),
    "rest only": Kind(
        _sobject("Period", "026", _ID + "Name string 80 name\n" + STAMPS, is_bulk_supported=False), 4100, 50
    ),
    "no cursor": Kind(
        _sobject("Setting__c", "a01", _ID + "Name string 80 name\nValue__c double 16.4", is_replicateable=False),
        120,
        50,
    ),
    "stamp without filter": Kind(
        _sobject("Contact", "003", _ID + DEAL + STAMPS + " !filter"),
        130,
        50,
    ),
    "history": Kind(
        _sobject(
            "OpportunityFieldHistory",
            "017",
            _ID + "Field picklist\nOldValue anyType\nNewValue anyType\nCreatedDate datetime required",
            is_replicateable=False,
        ),
        170,
        50,
    ),
    "tiny": Kind(_sobject("OpportunityStage", "01J", _ID + "Name string 80 name\n" + STAMPS), 3, 50),
    "many pages": Kind(_sobject("Lead", "00Q", _ID + DEAL + STAMPS), 1200, 50),
    "wide text": Kind(_sobject("Task", "00T", _ID + "Name string 80 name\nNotes textarea 131072\n" + STAMPS), 30, 10),
    "one second": Kind(_sobject("Event", "00U", _ID + "Name string 80 name\n" + STAMPS), 10_000, 2500),
}
APPEND_ONLY = ("history",)
RELIVED = ("bulk", "rest only", "no cursor", "stamp without filter", "many pages")


def made_org(
    kinds: Sequence[str] = tuple(KINDS), *, seed: int = 7, hours: int = HOURS, late: timedelta = timedelta(0)
) -> Org:
    """An org with these kinds, its clock at `START`; advance it by up to `hours` to see rows change.

    Rows become visible up to `late` after their stamp, as those of long transactions do.
    """
    schema = {KINDS[kind].name: KINDS[kind].sobject for kind in kinds}
    tables = {KINDS[kind].name: _versions(kind, random.Random(f"{seed} {kind}"), hours, late) for kind in kinds}
    return Org(schema, tables, Clock(START))


def _versions(kind: str, dice: random.Random, hours: int, late: timedelta) -> Any:
    """All versions of the rows: those at the start, then what each hour brings."""
    told = KINDS[kind]
    current = {}
    for number in range(told.rows):
        # So many rows of one second also cross the border of the first window.
        stamp = START - timedelta(minutes=7) if kind == "one second" else _before(dice, START)
        current[number] = _row(told.sobject, number, stamp, dice)
    versions = list(current.values())
    for hour in range(hours):
        for row in _hour(kind, current, START + timedelta(hours=hour), dice):
            row["_from"] += late * dice.random()
            versions.append(row)
    return pa.Table.from_pylist(versions, schema=_arrow_schema(told.sobject))


def _hour(kind: str, current: dict[int, dict[str, Any]], begins: datetime, dice: random.Random) -> list[dict[str, Any]]:
    """New rows, and where the object is not only appended to, changed and deleted ones."""
    sobject, made = KINDS[kind].sobject, []
    several = 400 if kind == "one second" else max(len(current) // 20, 1)
    second = begins + timedelta(minutes=11)
    for number in range(len(current), len(current) + several):
        stamp = second if kind == "one second" else begins + timedelta(seconds=dice.randrange(1, 3600))
        current[number] = _row(sobject, number, stamp, dice)
        made.append(current[number])
    if kind in APPEND_ONLY:
        return made
    touched = dice.sample(sorted(number for number, row in current.items() if not row["IsDeleted"]), several)
    for index, number in enumerate(touched):
        stamp = max(begins, current[number]["_from"]) + timedelta(seconds=dice.randrange(1, 1800))
        row = _row(sobject, number, stamp, dice, current[number].get("CreatedDate"))
        if index % 5 == 0 and kind != "no cursor":
            row["IsDeleted"] = True
        current[number] = row
        made.append(row)
    return made


def _before(dice: random.Random, instant: datetime) -> datetime:
    return instant - timedelta(seconds=dice.randrange(3600, 400 * 86400))


def _row(
    sobject: SObject, number: int, stamp: datetime, dice: random.Random, created: datetime | None = None
) -> dict[str, Any]:
    row: dict[str, Any] = {each.name: _value(each.type, each.length, dice) for each in sobject.columns}
    row |= {"Id": f"{sobject.key_prefix}MD{number:010d}AAA", "IsDeleted": False, "_from": stamp}
    for name in ("LastModifiedDate", "SystemModstamp"):
        row[name] = stamp
    return row | {"CreatedDate": created or stamp}


def _value(type_: str, length: int, dice: random.Random) -> Any:
    if dice.random() < 0.15 and type_ != "boolean":
        return None
    match type_:
        case "boolean":
            return dice.random() < 0.5
        case "currency":
            return dice.randrange(-(10**9), 10**11) / 100
        case "percent" | "double":
            return dice.choice([0.0, 12.5, 100.0, -0.125, 1e-7, 33.3333])
        case "int":
            return dice.randrange(-5, 100_000)
        case "date":
            return date(2024, 1, 1) + timedelta(days=dice.randrange(1500))
        case "textarea" if length > 100_000:
            return "".join(dice.choices(NASTY, k=dice.randrange(1000, 30_000)))[:length]
    return f"{dice.choice(NASTY)}{dice.randrange(1000)}"


def _arrow_schema(sobject: SObject) -> Any:
    types = {"boolean": pa.bool_(), "int": pa.int64(), "date": pa.date32(), "datetime": pa.timestamp("us")}
    types |= dict.fromkeys(("currency", "percent", "double"), pa.float64())
    fields = [(each.name, types.get(each.type, pa.string())) for each in sobject.columns]
    return pa.schema([*fields, ("_from", pa.timestamp("us"))])
