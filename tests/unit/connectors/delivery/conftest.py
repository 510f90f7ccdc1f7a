"""One small pack, with text that tries to be a formula, markup and a header."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.delivery.pack import (
    Comparison,
    Figure,
    Link,
    Pack,
    PackColumn,
    PackRow,
    PackTable,
    Recipient,
    delivery_key,
)

AS_OF = datetime(2026, 11, 23, 7, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def table() -> PackTable:
    return PackTable(
        name="deals",
        title="Deals [to] inspect: all",
        columns=(
            PackColumn("deal", "Deal", is_brief=True),
            PackColumn("seller", "Seller", is_brief=True),
            PackColumn("amount", "Amount", "money", is_brief=True),
            PackColumn("quota", "Quota", "money"),
            PackColumn("rate", "Rate", "rate"),
            PackColumn("closes", "Close date", "date"),
            PackColumn("status", "Status", "status", is_brief=True),
        ),
        rows=(
            PackRow(
                (
                    Link("=1+1", "https://crm.example.com/1"),
                    "<script>alert(1)</script>",
                    Decimal("1234.50"),
                    Decimal("2000.00"),
                    0.62,
                    date(2026, 12, 31),
                    "behind",
                ),
                "r1",
                {"amount": "bad"},
            ),
            PackRow((Link("Second", "javascript:alert(1)"), "@cmd", None, None, None, None, None), "r2"),
        ),
        note="Two of two.",
        total=PackRow(("Both", None, Decimal("1234.50"), Decimal("2000.00"), None, None, None), "m1"),
        comparison=Comparison("Amount against quota", "seller", ("amount", "quota")),
    )


@pytest.fixture
def pack(table: PackTable) -> Pack:
    empty = replace(table, name="empty", title="deals [to] inspect: all", rows=(), total=None)
    return Pack(
        name="manager_pack",
        title="Your team's week",
        subtitle="Ann & team",
        audience=Recipient("m1", "Ann Lee", "ann@example.com"),
        as_of=AS_OF,
        figures=(
            Figure("Bookings", Decimal("1234567.89"), "money", Decimal(2_000_000), Decimal(900), "behind", "=note"),
            Figure("Win rate", None, "rate"),
        ),
        tables=(table, empty),
        notes=("+note",),
        key=delivery_key("manager_pack", "m1", AS_OF),
    )
