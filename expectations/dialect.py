"""How Great Expectations talks to a DuckDB connection that somebody else holds.

Great Expectations closes its connection before it fetches, and the rollback that follows discards
DuckDB's pending result: as shipped, nearly every expectation raises. So there is one static
connection, transactions are left to its owner, and closing closes nothing. Reflection reads DuckDB's
own catalog: the inherited PostgreSQL queries cost a tenth of a CPU-second for each table.
"""

from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper, Dialect
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects import registry
from sqlalchemy.engine import reflection
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedPrimaryKeyConstraint
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import NullType

NAME = "salespulse_duckdb"
URL = f"{NAME}://"


class GivenConnection(ConnectionWrapper):
    """A connection that outlives its engine: `close` leaves it open for its owner."""

    def close(self) -> None:
        """Does nothing; the connection was given, so it is not ours to close."""


class GivenConnectionDialect(Dialect):
    """DuckDB without transactions of its own, and with reflection limited to column names."""

    name = NAME
    supports_statement_cache = False

    def do_begin(self, connection: Any) -> None:
        """Does nothing; a transaction is the business of the connection's owner."""

    def do_commit(self, connection: Any) -> None:
        """Does nothing; see `do_begin`."""

    def do_rollback(self, connection: Any) -> None:
        """Does nothing: a rollback would discard the result that is about to be fetched."""

    @reflection.cache
    def get_columns(
        self,
        connection: Connection,
        table_name: str,
        schema: str | None = None,
        **kw: Any,  # noqa: ARG002 - the signature is SQLAlchemy's
    ) -> list[ReflectedColumn]:
        """Names and nullability in order; types stay unknown, no check reads them."""
        found = connection.execute(
            text(
                "select column_name, is_nullable from duckdb_columns() where not internal and "
                "schema_name = :schema and table_name = :table order by column_index"
            ),
            {"schema": schema or "main", "table": str(table_name)},
        )
        return [
            {"name": name, "type": NullType(), "nullable": is_nullable, "default": None} for name, is_nullable in found
        ]

    def get_pk_constraint(
        self,
        connection: Connection,  # noqa: ARG002 - the signature is SQLAlchemy's
        table_name: str,  # noqa: ARG002
        schema: str | None = None,  # noqa: ARG002
        **kw: Any,  # noqa: ARG002
    ) -> ReflectedPrimaryKeyConstraint:
        """None; keys are checked as facts."""
        return {"constrained_columns": [], "name": None}


registry.register(NAME, __name__, GivenConnectionDialect.__name__)


def engine_options(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What `create_engine(URL, ...)` needs to run over the given open connection, and only over it."""
    given = GivenConnection(connection)
    return {"creator": lambda: given, "poolclass": StaticPool}


def engine(connection: duckdb.DuckDBPyConnection) -> Engine:
    """An engine over the given open connection. Disposing it leaves the connection open."""
    return create_engine(URL, **engine_options(connection))
