"""A hand-made shop in New York whose fiscal year starts in April, in two currencies; asked without a server."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_count, fetch_records
from connectors.sandbox.soql import parse
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 2)  # still the 17th in New York
SCHEMA = {
    name: SObject(name, prefix, name, parse_fields(fields))
    for name, prefix, fields in (
        ("Organization", "00D", "Id id\nTimeZoneSidKey picklist\nFiscalYearStartMonth int"),
        ("CurrencyType", "01L", "Id id\nIsoCode picklist 3\nConversionRate double"),
        ("UserRole", "00E", "Id id\nName string name"),
        (
            "User",
            "005",
            "Id id\nName string name\nEmail email\nIsActive boolean\nManagerId reference >User\n"
            "UserRoleId reference >UserRole",
        ),
        (
            "Account",
            "001",
            "Id id\nIsDeleted boolean\nName string name\nParentId reference >Account\nOwnerId reference >User\n"
            "Industry picklist\nKinds__c multipicklist\nAnnualRevenue currency\nEmployees__c int\n"
            "CurrencyIsoCode picklist 3\nOpens__c time",
        ),
        (
            "Contact",
            "003",
            "Id id\nIsDeleted boolean\nName string name\nFirstName string\nAccountId reference >Account",
        ),
        (
            "Opportunity",
            "006",
            "Id id\nIsDeleted boolean\nName string name\nAccountId reference >Account\nOwnerId reference >User\n"
            "StageName picklist\nAmount currency\nProbability percent\nCloseDate date\nCreatedDate datetime\n"
            "CurrencyIsoCode picklist 3\nPartner__c reference >Account\nIsWon boolean\nNotes__c textarea",
        ),
        (
            "Task",
            "00T",
            "Id id\nIsDeleted boolean\nSubject string name\nWhatId reference >Account|Opportunity\n"
            "WhoId reference >Contact|User\nOwnerId reference >User",
        ),
    )
}


def sf_id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012d}AAA"


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    made = [
        {"Id": sf_id(SCHEMA[name].key_prefix, index + 1), "IsDeleted": False, **row} for index, row in enumerate(rows)
    ]
    names = dict.fromkeys(key for row in made for key in row)
    columns = {key: [row.get(key) for row in made] for key in names}
    return pa.table({**columns, "_from": [datetime(2026, 1, 1)] * len(made)})


def _account(name: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "CurrencyIsoCode": "USD", **more}


ANN, BOB, CY = (sf_id("005", number) for number in (1, 2, 3))
ACME, BOLT, CRANE, DUST = (sf_id("001", number) for number in (1, 2, 3, 4))
DEALS = [
    # name, account, owner, stage, amount, code, close date, created
    ("One", ACME, BOB, "Won", 100.0, "USD", date(2026, 3, 17), datetime(2026, 3, 17, 3, 59)),
    ("Two", ACME, CY, "Open", 250.0, "EUR", date(2026, 3, 18), datetime(2026, 3, 17, 4, 0)),
    ("Three", BOLT, CY, "Open", None, "USD", date(2026, 4, 1), datetime(2026, 3, 18, 1, 30)),
    ("Four", BOLT, BOB, "Lost", 75.5, "USD", date(2025, 4, 1), datetime(2025, 7, 4, 15, 0)),
    ("five", None, ANN, "Won", 1234567.891, "EUR", date(2025, 12, 31), datetime(2025, 12, 31, 23, 30)),
    ("Six", ACME, ANN, "Won", 10.0, "USD", None, None),
]


def _tables() -> dict[str, Any]:
    return {
        "Organization": _table("Organization", [{"TimeZoneSidKey": "America/New_York", "FiscalYearStartMonth": 4}]),
        "CurrencyType": _table(
            "CurrencyType",
            [{"IsoCode": "USD", "ConversionRate": 1.0}, {"IsoCode": "EUR", "ConversionRate": 0.5}],
        ),
        "UserRole": _table("UserRole", [{"Name": "Sales"}]),
        "User": _table(
            "User",
            [
                {"Name": "Ann", "Email": "ann@example.com", "IsActive": True},
                {"Name": "Bob", "Email": "bob@example.com", "ManagerId": ANN, "UserRoleId": sf_id("00E", 1)},
                {"Name": "Cy", "Email": "cy@example.com", "ManagerId": BOB, "IsActive": False},
            ],
        ),
        "Account": _table(
            "Account",
            [
                _account(
                    "Acme 100%", OwnerId=BOB, Industry="Retail", Kinds__c="A;B", AnnualRevenue=1000.0, Employees__c=5
                ),
                _account("Bolt_x", OwnerId=CY, Industry="Energy", Kinds__c="B", ParentId=ACME, CurrencyIsoCode="EUR"),
                _account(
                    "crane \\ 'hook'", OwnerId=CY, Industry="Retail", Kinds__c="C;A", ParentId=BOLT, Employees__c=7
                ),
                _account("Dust\nand\t“ash”", AnnualRevenue=0.0),
                _account("Gone", IsDeleted=True, Industry="Energy"),
            ],
        ),
        "Contact": _table(
            "Contact",
            [
                {"Name": "Ivo Lind", "FirstName": "Ivo", "AccountId": ACME},
                {"Name": "Jo Moss", "FirstName": "Jo", "AccountId": ACME},
                {"Name": "Ken Noe", "FirstName": "Ken", "AccountId": CRANE},
            ],
        ),
        "Opportunity": _table(
            "Opportunity",
            [
                {
                    "Name": name,
                    "AccountId": account,
                    "OwnerId": owner,
                    "StageName": stage,
                    "Amount": amount,
                    "CurrencyIsoCode": code,
                    "CloseDate": closes,
                    "CreatedDate": created,
                    "IsWon": stage == "Won",
                    "Probability": 100.0 if stage == "Won" else 20.0,
                    "Partner__c": CRANE if name == "One" else None,
                }
                for name, account, owner, stage, amount, code, closes, created in DEALS
            ],
        ),
        "Task": _table(
            "Task",
            [
                {"Subject": "Call", "WhatId": ACME, "WhoId": sf_id("003", 1), "OwnerId": BOB},
                {"Subject": "Mail", "WhatId": sf_id("006", 2), "WhoId": ANN, "OwnerId": CY},
                {"Subject": "Rest", "OwnerId": CY},
            ],
        ),
    }


Ask = Callable[[str], Any]


@pytest.fixture(scope="session")
def shop() -> Org:
    """Nobody moves its clock."""
    return Org(SCHEMA, _tables(), Clock(NOW), recycle_bin_days=100)


@pytest.fixture(scope="session")
def ask(shop: Org) -> Ask:
    """The records of a query, or the number that COUNT() counts."""

    def records(soql: str) -> Any:
        compiled = compile_query(parse(soql), shop.schema, OrgCalendar(shop), is_all=False)
        return fetch_count(shop, compiled) if compiled.is_count else fetch_records(shop, compiled)

    return records


@pytest.fixture(scope="session")
def names(ask: Ask) -> Callable[[str], list[str]]:
    """The names that a condition finds, in the order of their ids."""
    return lambda clauses: [row["Name"] for row in ask(f"SELECT Name FROM {clauses} ORDER BY Id")]


@pytest.fixture(scope="session")
def refusal(ask: Ask) -> Callable[[str], tuple[str, str]]:
    """Code and message of the error that a query meets."""

    def refused(soql: str) -> tuple[str, str]:
        with pytest.raises(OrgError) as error:
            ask(soql)
        return error.value.code, error.value.message

    return refused
