"""The deals, people and quotas of a warehouse's raw rows as plain Python, for tests that tell a mart a second way.

Nothing here reads a model; the seeds are read as files. No assertion lives here.
"""

import csv
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.support.commands import ROOT

ZERO = Decimal(0)


def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "dbt_project" / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


KINDS = {row["opportunity_type"].lower(): row["business_kind"] for row in seed("opportunity_types")}


@dataclass
class Deal:
    """A deal that is not deleted, as its raw rows tell of it."""

    id: str
    account: str | None
    owner: str
    kind: str
    amount: Decimal | None
    close: date
    created: datetime
    state: str
    source: str
    loss_reason: str | None
    record_type: str | None
    roles: int = 0
    steps: list[tuple[datetime, str]] = field(default_factory=list)
    closed_stages: set[str] = field(default_factory=set)

    @property
    def value(self) -> Decimal:
        return self.amount or ZERO

    @property
    def closed_day(self) -> date:
        """The day on which it came into the closed stages that it has not left since."""
        day = self.close
        for number in range(len(self.steps) - 1, -1, -1):
            if self.steps[number][1] not in self.closed_stages:
                break
            day = self.steps[number][0].date()
        return day

    @property
    def period_day(self) -> date:
        return self.close if self.state == "won" else self.closed_day


@dataclass
class World:
    """All that is compared with."""

    deals: list[Deal]
    today: date
    history_from: datetime
    account_owners: dict[str, str]
    people: list[dict[str, Any]]
    quotas: dict[tuple[str, date], Decimal]

    @property
    def wins(self) -> list[Deal]:
        return [deal for deal in self.deals if deal.state == "won"]

    @property
    def managers(self) -> set[str]:
        return {one["manager_id"] for one in self.people if one["is_active"] and one["manager_id"]}


def rows(file: Path, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read_world(file: Path) -> World:
    stages = {row["api_name"]: row for row in rows(file, "select * from raw_salesforce.opportunity_stage")}
    closed = {name for name, stage in stages.items() if stage["is_closed"]}
    types = {row["id"]: row["developer_name"] for row in rows(file, "select * from raw_salesforce.record_type")}
    alive = "not is_deleted and _deleted_at is null"
    deals = {}
    for row in rows(file, f"select * from raw_salesforce.opportunity where {alive}"):
        stage = stages[row["stage_name"]]
        deals[row["id"]] = Deal(
            id=row["id"],
            account=row["account_id"],
            owner=row["owner_id"],
            kind=KINDS.get((row["type"] or "").lower(), "other"),
            amount=row["amount"],
            close=row["close_date"],
            created=row["created_date"],
            state="won" if stage["is_won"] else "lost" if stage["is_closed"] else "open",
            source=row["lead_source"] or "",
            loss_reason=row["loss_reason__c"],
            record_type=types.get(row["record_type_id"]),
            closed_stages=closed,
        )
    for row in rows(file, "select * from raw_salesforce.opportunity_history order by created_date, id"):
        if row["opportunity_id"] in deals:
            deals[row["opportunity_id"]].steps.append((row["created_date"], row["stage_name"]))
    for row in rows(
        file, f"select distinct opportunity_id, contact_id from raw_salesforce.opportunity_contact_role where {alive}"
    ):
        if row["opportunity_id"] in deals:
            deals[row["opportunity_id"]].roles += 1
    return World(
        list(deals.values()),
        rows(file, "select max(cursor_at) as t from ops.sync_state")[0]["t"].date(),
        rows(file, "select min(created_date) as t from raw_salesforce.opportunity_history")[0]["t"],
        {row["id"]: row["owner_id"] for row in rows(file, "select id, owner_id from raw_salesforce.account")},
        rows(file, 'select * from raw_salesforce."user"'),
        {
            (row["quota_owner_id"], row["start_date"]): row["quota_amount"]
            for row in rows(
                file,
                "select q.* from raw_salesforce.forecasting_quota q join raw_salesforce.period p on q.period_id = p.id "
                "where q.is_amount and p.type = 'Quarter' and q._deleted_at is null",
            )
        },
    )


def add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start(day: date, kind: str) -> date:
    return {
        "month": day.replace(day=1),
        "quarter": date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
        "year": date(day.year, 1, 1),
    }[kind]
