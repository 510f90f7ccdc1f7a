"""The dialect over a given connection: results survive, and nothing of the connection is taken away."""

import duckdb
import pytest
from sqlalchemy import inspect, text

from expectations.dialect import engine


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    given = duckdb.connect()
    given.execute('create schema s; create table s."user" as select 1 as id, null as "select"')
    return given


def test_a_result_is_fetched_after_its_connection_was_closed(connection: duckdb.DuckDBPyConnection) -> None:
    # This is what Great Expectations does with every query.
    with engine(connection).connect() as open_connection:
        result = open_connection.execute(text("select range from range(3)"))

    assert [row[0] for row in result.fetchall()] == [0, 1, 2]


def test_disposing_the_engine_leaves_the_connection_open(connection: duckdb.DuckDBPyConnection) -> None:
    over = engine(connection)
    with over.connect() as open_connection:
        open_connection.execute(text("select 1"))
    over.dispose()

    assert connection.execute("select 2").fetchone() == (2,)


def test_a_rollback_and_a_commit_leave_the_owner_s_transaction_alone(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.begin()
    connection.execute("create table mine (id integer)")
    with engine(connection).connect() as open_connection:
        open_connection.execute(text("insert into mine values (1)"))
        open_connection.rollback()
        open_connection.execute(text("insert into mine values (2)"))
        open_connection.commit()
    assert connection.execute("select count(*) from mine").fetchone() == (2,)

    connection.rollback()
    with pytest.raises(duckdb.CatalogException):
        connection.execute("select * from mine")


def test_columns_are_read_from_the_catalog_in_order(connection: duckdb.DuckDBPyConnection) -> None:
    inspector = inspect(engine(connection))

    assert [column["name"] for column in inspector.get_columns("user", schema="s")] == ["id", "select"]
    assert inspector.get_columns("nothing", schema="s") == []
    assert inspector.get_pk_constraint("user", schema="s")["constrained_columns"] == []
