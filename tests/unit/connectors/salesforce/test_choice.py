"""Which fields are read and which are masked is what the patterns say, and nothing that completeness needs is lost."""

import hashlib
import hmac
import logging

import pytest

from connectors.salesforce.choice import FieldChoice, Mask
from connectors.salesforce.describe import ObjectDescription, parse_description
from connectors.salesforce.errors import FieldChoiceError

KEY = "a secret of some length"


def contact() -> ObjectDescription:
    kinds = {
        "Id": "id",
        "Email": "email",
        "Phone": "phone",
        "Birthdate": "date",
        "Score__c": "double",
        "Note__c": "textarea",
        "SystemModstamp": "datetime",
    }
    return parse_description({"name": "Contact", "fields": [{"name": n, "type": t} for n, t in kinds.items()]})


def names(choice: FieldChoice, *expected: str) -> list[str]:
    return [field.name for field in choice.applied(contact(), expected).fields]


def test_without_patterns_every_field_is_read_and_none_masked() -> None:
    chosen = FieldChoice().applied(contact())
    assert chosen == contact()
    assert FieldChoice().masking is None


@pytest.mark.parametrize("pattern", ["Contact.Email", "*.Email", "contact.e*", "Contact.?mail"])
def test_what_is_excluded_is_not_read(pattern: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "salespulse.salesforce")
    assert "Email" not in names(FieldChoice(exclude=(pattern,)))
    assert "Contact: not read, as configured: Email" in caplog.text


def test_another_objects_pattern_is_none_of_ours() -> None:
    assert "Email" in names(FieldChoice(exclude=("Lead.Email",)))


def test_fields_that_completeness_rests_on_are_read_in_clear_whatever_is_asked() -> None:
    chosen = FieldChoice(exclude=("*.*",), mask=("*.*",), mask_key=KEY).applied(contact())
    assert [field.name for field in chosen.fields] == ["Id", "SystemModstamp"]
    assert chosen.masked == frozenset()
    assert chosen.cursor_field == "SystemModstamp"


def test_include_narrows_custom_fields_only_and_never_what_the_models_read() -> None:
    assert names(FieldChoice(include=("*.Score__c",))) == [f.name for f in contact().fields if f.name != "Note__c"]
    assert "Note__c" in names(FieldChoice(include=("*.Score__c",)), "Note__c")
    assert "Score__c" not in names(FieldChoice(include=("*.Score__c",), exclude=("*.Score__c",)))


def test_a_masked_field_is_a_text() -> None:
    chosen = FieldChoice(mask=("Contact.Birthdate", "*.Email"), mask_key=KEY).applied(contact())
    assert chosen.masked == {"Birthdate", "Email"}
    types = {column.source_name: column.duckdb_type for column in chosen.columns}
    assert types["Birthdate"] == "VARCHAR"


def test_the_mask_is_an_hmac_that_only_its_key_gives() -> None:
    expected = hmac.new(KEY.encode(), b"ann@example.com", hashlib.sha256).hexdigest()
    assert Mask(KEY.encode())("ann@example.com") == expected
    assert Mask(b"another key")("ann@example.com") != expected
    assert Mask(KEY.encode()).fingerprint != Mask(b"another key").fingerprint


@pytest.mark.parametrize("pattern", ["Email", "a.b.c", ".Email", "Contact."])
def test_a_pattern_that_names_no_field_is_refused(pattern: str) -> None:
    with pytest.raises(FieldChoiceError, match="one point between"):
        FieldChoice(exclude=(pattern,))


def test_a_mask_without_a_key_of_some_length_is_refused_and_the_key_never_told() -> None:
    with pytest.raises(FieldChoiceError, match="16 characters") as caught:
        FieldChoice(mask=("*.Email",), mask_key="short and sweet")
    assert "short and sweet" not in str(caught.value)
    assert KEY not in repr(FieldChoice(mask=("*.Email",), mask_key=KEY))
    assert KEY not in repr(Mask(KEY.encode()))
