"""Salesforce's names become the warehouse's, each its own."""

import pytest

from connectors.salesforce.naming import column_name, column_names, table_name


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("Id", "id"),
        ("StageName", "stage_name"),
        ("SystemModstamp", "system_modstamp"),
        ("Loss_Reason__c", "loss_reason__c"),
        ("TimeZoneSidKey", "time_zone_sid_key"),
        ("What_Type", "what_type"),
        ("UserPreferencesSFContentUser", "user_preferences_sf_content_user"),
        ("IsRecurrence2Exclusion", "is_recurrence2_exclusion"),
        ("UserPreferencesHideS1BrowserUI", "user_preferences_hide_s1_browser_ui"),
        ("ns__Net_ARR__c", "ns__net_arr__c"),
        ("FirstName__pc", "first_name__pc"),
    ],
)
def test_camel_case_becomes_snake_case(field: str, column: str) -> None:
    assert column_name(field) == column


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("User", "user"),
        ("OpportunityFieldHistory", "opportunity_field_history"),
        ("My_Thing__c", "my_thing__c"),
    ],
)
def test_tables_are_named_by_the_same_rule(name: str, table: str) -> None:
    assert table_name(name) == table


def test_fields_that_meet_in_one_name_stay_apart() -> None:
    names = column_names("Opportunity", ["LossReason__c", "Loss_Reason__c", "Id"])
    assert names["Loss_Reason__c"] == "loss_reason__c"
    assert names["LossReason__c"].startswith("loss_reason__c_")
    assert len(set(names.values())) == 3


def test_a_name_given_to_a_sharing_field_does_not_depend_on_the_order() -> None:
    one = column_names("X", ["Loss_Reason__c", "LossReason__c"])
    assert one == column_names("X", ["LossReason__c", "Loss_Reason__c"])


def test_a_field_that_is_alone_keeps_the_plain_name() -> None:
    assert column_names("X", ["LossReason__c"]) == {"LossReason__c": "loss_reason__c"}
