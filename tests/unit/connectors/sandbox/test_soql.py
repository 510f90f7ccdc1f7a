"""SOQL text becomes a statement, and what is no SOQL is refused in Salesforce's words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.errors import OrgError
from connectors.sandbox.soql import parse
from connectors.sandbox.statement import (
    Call,
    Comparison,
    Condition,
    DateLiteral,
    Junction,
    Membership,
    Negation,
    Ordering,
    Path,
    Statement,
    Value,
    render,
)
from connectors.sandbox.tokens import KEYWORDS

RESERVED = KEYWORDS | {"FIELDS", "TYPEOF", "NULL", "TRUE", "FALSE", "TODAY"}
names = st.from_regex(r"[A-Z][A-Za-z0-9]{0,8}(__c)?", fullmatch=True).filter(lambda n: n.upper() not in RESERVED)
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: Path(tuple(parts)))
values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=2).map(float),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC)),
    st.just(DateLiteral("TODAY")),
    st.integers(1, 99).map(lambda n: DateLiteral("LAST_N_DAYS", n)),
)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Comparison, paths, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "LIKE"]), values),
    st.builds(Membership, paths, st.lists(values, min_size=1, max_size=3).map(tuple), st.booleans()),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Negation, inner),
        st.builds(Junction, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
statements = st.builds(
    Statement,
    st.lists(paths, min_size=1, max_size=4).map(tuple),
    names,
    st.none() | conditions,
    st.just(()),
    st.lists(st.builds(Ordering, paths, st.booleans(), st.sampled_from([None, "FIRST", "LAST"])), max_size=2).map(
        tuple
    ),
    st.none() | st.integers(0, 5000),
    st.none() | st.integers(0, 2000),
)


@settings(max_examples=80, deadline=None)
@given(statements)
def test_a_rendered_statement_parses_to_itself(statement: Statement) -> None:
    assert parse(render(statement)) == statement


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


def test_escapes_in_strings_are_undone() -> None:
    where = parse(r"SELECT Id FROM Account WHERE Name = 'O\'Neil \\ \n'").where
    assert where == Comparison(Path(("Name",)), "=", "O'Neil \\ \n")


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
        ("SELECT Id FROM Account WHERE CreatedDate > 2026-13-01T00:00:00Z", "2026-13-01T00:00:00Z"),
    ],
)
def test_a_malformed_query_is_refused_with_its_place(text: str, token: str) -> None:
    with pytest.raises(OrgError) as refused:
        parse(text)
    assert refused.value.code == "MALFORMED_QUERY"
    assert f"unexpected token: '{token}'" in refused.value.message
    assert "ERROR at Row:1:Column:" in refused.value.message
