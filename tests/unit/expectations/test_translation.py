"""Checks as expectations: severity is said, SQL arrives as it was written, counts are whole."""

import duckdb
import pytest

from expectations.check import Between, Check, Fact, NoRows, NotNull, OneOf, Unique
from expectations.session import opened, validate
from expectations.translation import expectation, query
from expectations.verdict import Severity


def check(fact: Fact, severity: Severity = "warning") -> Check:
    return Check("marts", "it_holds", "s.deals", severity, "It holds.", fact)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    given = duckdb.connect()
    given.execute(
        "create schema s; create table s.deals as "
        "select 'id' || n as id, n as amount, case when n % 2 = 0 then 'a:b {x} 50%' end as note "
        "from range(1000) as rows(n)"
    )
    return given


@pytest.mark.parametrize(
    "fact", [NoRows("select 1"), Unique(("id",)), NotNull("id"), Between("amount", 0), OneOf("note", ("a",))]
)
def test_each_kind_says_its_severity_and_its_name(fact: Fact) -> None:
    error, warning = expectation(check(fact, "error")), expectation(check(fact))

    assert (error.severity, warning.severity) == ("critical", "warning")
    assert error.meta == {"check": "it_holds"}


@pytest.mark.parametrize(
    ("fact", "failing"),
    [
        (Unique(("id",)), 0),
        (Unique(("note",)), 2),
        (NotNull("id"), 0),
        (NotNull("note"), 500),
        (Between("amount", 0, 999), 0),
        (Between("amount", 1, 900), 100),
        (Between("amount", highest=10), 989),
        (OneOf("note", ("a:b {x} 50%",)), 0),
        (OneOf("note", ("b",)), 500),
        (NoRows("select * from subject where amount < 0"), 0),
        (NoRows("select id from subject where amount < 700"), 700),
    ],
)
def test_the_count_of_failures_is_whole(connection: duckdb.DuckDBPyConnection, fact: Fact, failing: int) -> None:
    with opened(connection) as source:
        result = validate(source, "s.deals", [check(fact)])["it_holds"]

    assert result.success is (failing == 0)
    assert result.result.get("unexpected_count", result.result.get("observed_value")) == failing


def test_braces_colons_and_percents_in_sql_are_literal(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "select note, {'k': 1} as s, time '10:30:00' as t, ':note' as n from subject where note like '%:b {x} 50%'"

    with opened(connection) as source:
        result = validate(source, "s.deals", [check(NoRows(sql))])["it_holds"]

    rows = result.result["details"]["unexpected_rows"]
    assert result.result["observed_value"] == 500
    assert (rows[0]["note"], rows[0]["s"], str(rows[0]["t"]), rows[0]["n"]) == (
        "a:b {x} 50%",
        {"k": 1},
        "10:30:00",
        ":note",
    )


def test_a_query_may_bring_its_own_with_clause_and_joins(connection: duckdb.DuckDBPyConnection) -> None:
    sql = """
        with even as (select id from subject where note is not null)
        select subject.id from subject inner join even on even.id = subject.id where amount < 4 order by amount
    """

    with opened(connection) as source:
        result = validate(source, "s.deals", [check(NoRows(sql))])["it_holds"]

    assert [row["id"] for row in result.result["details"]["unexpected_rows"]] == ["id0", "id2"]


def test_the_judged_table_is_the_batch() -> None:
    assert query("select 1 from subject") == (
        "with subject as not materialized (select * from {batch}) select 1 from subject"
    )
