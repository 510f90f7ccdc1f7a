"""PK chunking: one query cut into queries over ranges of ids."""

import re
from dataclasses import dataclass, replace

from connectors.sandbox.jobs.bulk_v1_message import AsyncError
from connectors.sandbox.metadata.schema import Schema
from connectors.sandbox.query import find_object
from connectors.sandbox.statement import Comparison, Condition, Junction, Path, Statement
from connectors.sandbox.store.org import Org

DEFAULT_ROWS = 100_000
MOST_ROWS = 250_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ranges of at most `rows` ids of `sobject`, compared with the query's field `path`."""

    sobject: str
    path: str
    rows: int


def read_chunking(header: str, schema: Schema, sobject: str) -> Chunk | None:
    """`true; chunkSize=100000; parent=Account` for a job on `sobject`; None if it is not switched on."""
    words = [word.strip() for word in header.split(";") if word.strip()]
    if not words or words[0].lower() == "false":
        return None
    options = dict(word.split("=", 1) for word in words if "=" in word)
    size = options.get("chunkSize", str(DEFAULT_ROWS))
    if not re.fullmatch(r"\d+", size) or not 0 < int(size) <= MOST_ROWS:
        raise AsyncError("InvalidPkChunkingHeader", f"chunkSize must lie between 1 and {MOST_ROWS}, not {size}")
    parent = options.get("parent")
    if parent is None:
        return Chunk(sobject, "Id", int(size))
    fields = [each for each in schema[sobject].fields if parent in each.reference_to]
    if not fields or find_object(schema, parent) is None:
        raise AsyncError("InvalidPkChunkingHeader", f"{parent} is no parent of {sobject}")
    return Chunk(parent, fields[0].name, int(size))


def chunked(org: Org, statement: Statement, chunking: Chunk) -> list[Statement]:
    """The statement over each range, in order; one unbounded range if the object is empty."""
    sql = (
        f'SELECT "Id" FROM (SELECT "Id", row_number() OVER (ORDER BY "Id") AS number '
        f'FROM current."{chunking.sobject}") WHERE number % {chunking.rows} = 0 ORDER BY 1'
    )
    bounds = [str(row[0]) for row in org.cursor().execute(sql).fetchall()]
    return [_within(statement, chunking.path, *ends) for ends in zip([None, *bounds], [*bounds, None], strict=True)]


def _within(statement: Statement, path: str, lower: str | None, upper: str | None) -> Statement:
    """`statement` with lower < path <= upper."""
    parts: list[Condition] = [] if statement.where is None else [statement.where]
    if lower is not None:
        parts.append(Comparison(Path((path,)), ">", lower))
    if upper is not None:
        parts.append(Comparison(Path((path,)), "<=", upper))
    if not parts:
        return statement
    return replace(statement, where=parts[0] if len(parts) == 1 else Junction("AND", tuple(parts)))
