"""SOQL text becomes a statement, and what is no SOQL is refused in Salesforce's words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from connectors.sandbox.errors import OrgError
from connectors.sandbox.soql import parse, spell
from connectors.sandbox.statement import Call, Comparison, Ordering, Path, Pattern, Statement
from tests.support.soql import statements


@settings(max_examples=80, deadline=None)
@given(statements)
def test_a_spelled_statement_parses_to_itself(statement: Statement) -> None:
    assert parse(spell(statement)) == statement


def test_keywords_are_read_in_any_case() -> None:
    assert parse("select Id from Account where Name like 'a%' order by Id desc") == parse(
        "SELECT Id FROM Account WHERE Name LIKE 'a%' ORDER BY Id DESC"
    )


def test_offsets_become_utc() -> None:
    where = parse("SELECT Id FROM Task WHERE CreatedDate > 2026-03-18T01:30:00+02:00").where
    assert where == Comparison(Path(("CreatedDate",)), ">", datetime(2026, 3, 17, 23, 30, tzinfo=UTC))


def test_aggregates_have_aliases() -> None:
    parsed = parse("SELECT COUNT(Id) n, SUM(Amount) FROM Opportunity GROUP BY StageName ORDER BY COUNT(Id) DESC")
    assert parsed.select == (Call("COUNT", Path(("Id",)), "n"), Call("SUM", Path(("Amount",)), None))
    assert parsed.order_by == (Ordering(Call("COUNT", Path(("Id",)), None), True),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"O\'Neil \\ \n\T", "O'Neil \\ \n\t"),
        (r"\"quoted\"", '"quoted"'),
        (r"100\% \_", "100% _"),
        (r"\u00e9\u20AC", "é€"),
        (r"\uD83D\uDE00", "\U0001f600"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_escapes_in_strings_are_undone(written: str, meant: str) -> None:
    where = parse(f"SELECT Id FROM Account WHERE Name = '{written}'").where
    assert where == Comparison(Path(("Name",)), "=", meant)


def test_like_keeps_escaped_wildcards_apart_from_the_others() -> None:
    where = parse(r"SELECT Id FROM Account WHERE Name LIKE '100\%_\\%'").where
    assert where == Comparison(Path(("Name",)), "LIKE", Pattern(r"100\%_\\%"))


def test_from_gives_names_to_the_object_and_its_parents() -> None:
    parsed = parse("SELECT c.Name, o.Name FROM Contact c, c.Account a, a.Owner o")
    assert parsed.aliases == (("c", ()), ("a", ("Account",)), ("o", ("Account", "Owner")))


def test_the_place_of_an_error_counts_rows_and_columns() -> None:
    with pytest.raises(OrgError) as refused:
        parse("SELECT Id\nFROM Account\nWHERE Name == 'a'")
    assert "ERROR at Row:3:Column:13" in refused.value.message


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("SELECT FROM Account", "FROM"),
        ("SELECT Id FRM Account", "Account"),
        ("SELECT Id FROM Account WHERE", "<EOF>"),
        ("SELECT Id FROM Account WHERE Name = ", "<EOF>"),
        ("SELECT Id FROM Account WHERE Name == 'a'", "="),
        ("SELECT Id FROM Account WHERE Name = 'a' AND IsDeleted = false OR Id = null", "OR"),
        ("SELECT Id FROM Account LIMIT many", "many"),
        ("SELECT Id; FROM Account", ";"),
        ("SELECT MEDIAN(Amount) FROM Opportunity", "MEDIAN"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND NOT Name = 'b'", "NOT"),
        ("SELECT Id FROM Account WHERE NOT Name = 'a' AND Name = 'b'", "AND"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "COUNT"),
        ("SELECT Id FROM Account WHERE Name IN ()", ")"),
        ("SELECT Id FROM Account WHERE Name NOT LIKE 'a'", "LIKE"),
        ("SELECT Id FROM Account WHERE Types__c INCLUDES (5)", "5"),
        ("SELECT Id, (SELECT Id FROM Contacts FROM Account", "FROM"),
        ("SELECT TYPEOF What WHEN Account THEN Id FROM Task", "FROM"),
        ("SELECT Id FROM Account LIMIT 5 WHERE Name = 'a'", "WHERE"),
        ("SELECT Id FROM Account -- all", "-"),
        ("SELECT Id FROM Account WHERE Name = 'a", "'"),
        ("SELECT Id FROM Account USING SCOPE yours", "yours"),
        ("SELECT Id FROM Account GROUP BY ROLLUP(Name", "<EOF>"),
        ("SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS", "LAST_N_DAYS"),
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z"),
    ],
)
def test_a_malformed_query_is_refused_with_its_place(text: str, token: str) -> None:
    with pytest.raises(OrgError) as refused:
        parse(text)
    assert refused.value.code == "MALFORMED_QUERY"
    assert f"unexpected token: '{token}'" in refused.value.message
    assert "ERROR at Row:1:Column:" in refused.value.message
