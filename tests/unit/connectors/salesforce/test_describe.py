"""Describe becomes columns: every readable field, its type, and the field that tells what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connectors.landed import Column
from connectors.salesforce.describe import (
    describe_global,
    describe_object,
    duckdb_type,
    expected_columns,
    parse_description,
)
from connectors.salesforce.errors import RequestError, ResponseError, UnknownObjectError
from connectors.salesforce.objects import OBJECTS

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org


def described(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Thing", "fields": [{"scale": 0, **field} for field in fields], **more}


@pytest.mark.parametrize(
    ("kind", "scale", "expected"),
    [
        ("id", 0, "VARCHAR"),
        ("reference", 0, "VARCHAR"),
        ("string", 0, "VARCHAR"),
        ("picklist", 0, "VARCHAR"),
        ("anyType", 0, "VARCHAR"),
        ("something new", 0, "VARCHAR"),
        ("boolean", 0, "BOOLEAN"),
        ("int", 0, "BIGINT"),
        ("long", 0, "BIGINT"),
        ("double", 3, "DOUBLE"),
        ("percent", 2, "DOUBLE"),
        ("currency", 2, "DECIMAL(18, 2)"),
        ("currency", 0, "DECIMAL(18, 0)"),
        ("currency", 20, "DECIMAL(18, 18)"),
        ("date", 0, "DATE"),
        ("time", 0, "TIME"),
        ("datetime", 0, "TIMESTAMP"),
    ],
)
def test_types_keep_what_values_can_hold(kind: str, scale: int, expected: str) -> None:
    assert duckdb_type(kind, scale) == expected


def test_compound_fields_and_blobs_are_left_out() -> None:
    description = parse_description(
        described(
            {"name": "Id", "type": "id"},
            {"name": "BillingAddress", "type": "address"},
            {"name": "Place__c", "type": "location"},
            {"name": "Body", "type": "base64"},
            {"name": "BillingCity", "type": "string"},
            {"name": "Old", "type": "string", "deprecatedAndHidden": True},
        )
    )
    assert [field.name for field in description.fields] == ["Id", "BillingCity"]


@pytest.mark.parametrize(
    ("fields", "cursor"),
    [
        (["SystemModstamp", "LastModifiedDate", "CreatedDate"], "SystemModstamp"),
        (["CreatedDate", "LastModifiedDate"], "LastModifiedDate"),
        (["CreatedDate"], "CreatedDate"),
        (["Other"], None),
    ],
)
def test_the_cursor_falls_back_from_stamp_to_stamp(fields: list[str], cursor: str | None) -> None:
    listed = [{"name": name, "type": "datetime"} for name in fields]
    assert parse_description(described(*listed)).cursor_field == cursor


def test_a_stamp_that_cannot_be_filtered_on_is_no_cursor() -> None:
    description = parse_description(
        described(
            {"name": "SystemModstamp", "type": "datetime", "filterable": False},
            {"name": "CreatedDate", "type": "datetime"},
        )
    )
    assert description.cursor_field == "CreatedDate"
    assert description.cursor_column == "created_date"


def test_an_object_becomes_columns_in_describes_order(org: Org, client: Client) -> None:
    description = describe_object(client, "Opportunity")
    assert description.columns == (
        Column("Id", "id", "VARCHAR"),
        Column("Name", "name", "VARCHAR"),
        Column("Amount", "amount", "DECIMAL(18, 2)"),
        Column("SystemModstamp", "system_modstamp", "TIMESTAMP"),
    )
    assert description.cursor_column == "system_modstamp"


def test_an_object_that_is_not_there_is_unknown(org: Org, client: Client) -> None:
    with pytest.raises(UnknownObjectError, match="Oportunity"):
        describe_object(client, "Oportunity")


def test_other_refusals_stay_what_they_are(org: Org, client: Client) -> None:
    org.on("GET", "sobjects/X/describe", org.error(403, "API_DISABLED_FOR_ORG"))
    with pytest.raises(RequestError, match="API_DISABLED_FOR_ORG"):
        describe_object(client, "X")


def test_a_description_without_fields_is_no_description(org: Org, client: Client) -> None:
    org.on("GET", "sobjects/X/describe", org.json({"name": "X", "fields": []}))
    with pytest.raises(ResponseError, match="fields"):
        describe_object(client, "X")


def test_the_global_describe_says_what_can_be_queried(org: Org, client: Client) -> None:
    entries = [{"name": "User", "queryable": True}, {"name": "AIInsight", "queryable": False}]
    org.on("GET", "sobjects", org.json({"sobjects": entries}))
    assert describe_global(client) == {"User": True, "AIInsight": False}


def test_a_global_describe_without_objects_is_told(org: Org, client: Client) -> None:
    org.on("GET", "sobjects", org.json({"message": "welcome"}))
    with pytest.raises(ResponseError):
        describe_global(client)


@pytest.mark.parametrize("entry", OBJECTS, ids=lambda entry: entry.name)
def test_every_object_of_the_table_has_its_expected_columns(entry: Any) -> None:
    columns = expected_columns(entry.name)
    assert [column.source_name for column in columns] == list(entry.fields)
    assert columns[0] == Column("Id", "id", "VARCHAR")


def test_nothing_is_expected_of_an_object_outside_the_table() -> None:
    assert expected_columns("Case") == ()
