"""A file of finance made of what a warehouse holds: as finance would have it, so with what finance does differently."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

NAME = "finance.csv"
HEADER = ("Invoice ID", "Invoice Date", "Amount", "Opportunity ID", "Account ID", "Customer", "Cost Centre")
WON = """
    select o.id, o.amount, o.close_date, o.account_id, a.name
    from raw_salesforce.opportunity as o join raw_salesforce.account as a on o.account_id = a.id
    where o.is_won and not o.is_deleted and o._deleted_at is null and o.amount > 1
    order by o.close_date, o.id
"""
OPEN = """
    select id, amount, close_date from raw_salesforce.opportunity where not is_closed and amount > 0 order by id limit 3
"""


def write_bookings(home: Path) -> Path:
    """Every sixth deal is booked in the same way: not at all, by id, in parts, by name, by account, with another sum.

    Three deals are booked that are still open. The deals are those of the warehouse.
    """
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        won, still_open = warehouse.execute(WON).fetchall(), warehouse.execute(OPEN).fetchall()
    lines: list[tuple[object, ...]] = []
    for number, (deal, amount, closed, account, name) in enumerate(won):
        booked = closed + timedelta(days=number % 40)
        part = (amount / 2).quantize(Decimal("0.01"))
        ways: tuple[list[tuple[object, ...]], ...] = (
            [],
            [(amount, deal, "", "")],
            [(part, deal[:15], "", ""), (amount - part, deal, account, "")],
            [(amount, "", "", f" {name.upper()} ")],
            [(amount, "", account[:15], "")],
            [(amount + 1, "", account, "")],
        )
        lines += [(booked, *line) for line in ways[number % len(ways)]]
    lines += [(closed, amount, deal, "", "") for deal, amount, closed in still_open]
    path = home / NAME
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([f"F-{number:05}", *line, "4711"] for number, line in enumerate(lines))
    return path
