"""What is there to be judged, and how much of it."""

import duckdb

from expectations.check import Check, NoRows
from expectations.inventory import evaluated_counts, missing, present


def check(name: str, *needs: str, population: str | None = None) -> Check:
    return Check("raw", name, "raw_salesforce.user", "error", "It holds.", NoRows("select 1"), needs, population)


def test_tables_views_and_columns_are_present(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("create view raw_salesforce.campaign as select 1 as id")
    there = present(warehouse)

    assert {"raw_salesforce.user", "raw_salesforce.user.manager_id", "raw_salesforce.campaign.id"} <= there
    assert not any(name.startswith(("pg_catalog", "information_schema")) for name in there)


def test_tables_of_an_attached_database_are_not_ours(warehouse_of_its_own: duckdb.DuckDBPyConnection) -> None:
    warehouse_of_its_own.execute("attach ':memory:' as other; create table other.main.stray (id integer)")

    assert "main.stray" not in present(warehouse_of_its_own)


def test_a_check_lacks_its_table_its_needs_or_a_column() -> None:
    there = frozenset({"raw_salesforce.user", "raw_salesforce.user.id", "ops.loads"})

    assert missing(check("a", "ops.loads", "raw_salesforce.user.id"), there) == ()
    assert missing(check("b", "ops.rejects", "raw_salesforce.user.name"), there) == (
        "ops.rejects",
        "raw_salesforce.user.name",
    )
    assert missing(check("c"), frozenset()) == ("raw_salesforce.user",)


def test_rows_are_counted_where_a_check_names_no_population(warehouse: duckdb.DuckDBPyConnection) -> None:
    counts = evaluated_counts(warehouse, [check("a"), check("b", population="select 40 + 2")])

    assert counts == {"a": 3, "b": 42}
