"""Reading landed pages: checked, counted, typed; into the temporary table of incoming rows, or as a query.

Nothing of the warehouse is changed here, so that a page that cannot be read costs nothing.
"""

import csv
import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from connectors.landed import LandedBatch, LandedPage
from connectors.warehouse.casts import Cell, cell
from connectors.warehouse.errors import LandedPageError, LoadIncompleteError, RepeatedRowsError
from connectors.warehouse.inflating import inflated
from connectors.warehouse.names import KEY, literal, quote

INCOMING = "temp.main.incoming_rows"
STAMPS = ("system_modstamp", "last_modified_date")

# Each of these is needed to read a Salesforce page byte for byte. The buffer would be 16 times the line.
CSV_OPTIONS = (
    "auto_detect=false, header=true, delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=true,"
    " strict_mode=true, max_line_size=16000000, buffer_size=16777216"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch whose pages were checked. `texts` are the files to read instead of them, with the page of each."""

    batch: LandedBatch
    texts: Mapping[Path, Path]

    @property
    def files(self) -> list[Path]:
        return list(self.texts) or [page.path for page in self.batch.pages]

    @property
    def compression(self) -> str:
        return "none" if self.texts else "gzip"

    def malformed(self, message: str) -> LandedPageError:
        """What DuckDB says of a page that it cannot read, as an error."""
        named = re.search(r"^\s*file = (.+)$", message, re.MULTILINE)
        file = Path(named[1]) if named else None
        reason = "; ".join(line for line in message.splitlines()[:3] if not line.startswith("Original Line"))
        return LandedPageError(self.texts.get(file, file) if file else None, f"it is no well-formed CSV ({reason})")


@contextmanager
def opened(batch: LandedBatch) -> Iterator[Opened]:
    """The batch to be read within the block.

    The files are those that were landed, and their headers name the columns in their order. Raises LandedPageError.
    """
    for page in batch.pages:
        _verify(page, batch)
    with inflated(batch) as texts:
        yield Opened(batch, texts)


def read(connection: duckdb.DuckDBPyConnection, batch: LandedBatch, types: dict[str, str]) -> dict[Cell, int]:
    """Fill `incoming_rows` with the batch, each column as `types` has it.

    Returns the columns of which cells could not be kept whole, with their number; the texts are in the `lost`
    companion of the column. Raises LandedPageError, LoadIncompleteError and RepeatedRowsError.
    """
    with opened(batch) as source:
        cells = [cell for cell in _fill(connection, source, types) if cell.lost is not None]
    counts = refuse_other_rows(connection, batch, INCOMING, [cell.lost_name for cell in cells])
    return {cell: count for cell, count in zip(cells, counts, strict=True) if count}


def strict_rows(source: Opened, types: dict[str, str]) -> str:
    """The batch as a query that fails (see `is_loss`) where a cell cannot be kept whole."""
    cells = [cell(c.name, types[c.name]) for c in source.batch.columns]
    values = ", ".join(f"{c.strict_value} AS {quote(c.name)}" for c in cells)
    return f"SELECT {values} FROM {_rows(source, cells)}"


def _verify(page: LandedPage, batch: LandedBatch) -> None:
    """The file is the one that was landed, and its header names the columns in their order."""
    try:
        with page.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            header = _header(file)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise LandedPageError(page.path, f"it cannot be read ({error})") from error
    if digest != page.sha256:
        raise LandedPageError(page.path, f"its sha256 is {digest}, but {page.sha256} was landed")
    names = [column.source_name for column in batch.columns]
    if header != names:
        raise LandedPageError(page.path, f"its columns are not the asked ones: {_difference(header, names)}")


def _difference(header: list[str], names: list[str]) -> str:
    for found, wanted in zip(header, names, strict=False):
        if found != wanted:
            return f"{found!r} stands where {wanted!r} should"
    return f"{len(header)} columns instead of {len(names)}"


def _header(file: IO[bytes]) -> list[str]:
    with gzip.open(file, "rb") as content:
        return next(csv.reader([content.readline().decode("utf-8-sig")]), [])


def _fill(connection: duckdb.DuckDBPyConnection, source: Opened, types: dict[str, str]) -> list[Cell]:
    cells = [cell(c.name, types[c.name]) for c in source.batch.columns]
    values = [f"{c.value} AS {quote(c.name)}" for c in cells]
    values += [f"{c.lost} AS {quote(c.lost_name)}" for c in cells if c.lost is not None]
    rows = f"SELECT {', '.join(values)} FROM {_rows(source, cells)}"
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming_rows AS {rows}")
    except duckdb.InvalidInputException as error:
        raise source.malformed(str(error)) from error
    return cells


def _rows(source: Opened, cells: Iterable[Cell]) -> str:
    if not source.files:
        nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {quote(c.name)}" for c in cells)
        return f"(SELECT {nothing}) WHERE false"
    paths = ", ".join(literal(str(file)) for file in source.files)
    columns = ", ".join(f"{literal(c.name)}: 'VARCHAR'" for c in cells)
    compression = literal(source.compression)
    return f"read_csv([{paths}], {CSV_OPTIONS}, compression={compression}, columns={{{columns}}})"


def refuse_other_rows(
    connection: duckdb.DuckDBPyConnection, batch: LandedBatch, table: str, counted: Sequence[str] = ()
) -> tuple[int, ...]:
    """The rows read are as many as announced, each with an Id that no other has; returns how many values `counted`
    columns have.

    One query never returns a record twice. Where one came twice the count was reached without another
    record, and nobody can tell which: such a batch is no whole one.
    Raises LoadIncompleteError, LandedPageError and RepeatedRowsError.
    """
    asked = ", ".join(["count(*)", f"count({KEY})", f"count(DISTINCT {KEY})", *(f"count({quote(c)})" for c in counted)])
    rows, keys, distinct, *values = connection.execute(f"SELECT {asked} FROM {table}").fetchone() or (0, 0, 0)
    if rows != batch.rows:
        raise LoadIncompleteError(batch.object_name, batch.rows, rows)
    if keys != rows:
        raise LandedPageError(None, f"{rows - keys:,} rows of {batch.object_name} have no Id")
    if distinct != keys:
        found = connection.execute(f"SELECT min({KEY}) FROM {table} GROUP BY {KEY} HAVING count(*) > 1 LIMIT 1")
        raise RepeatedRowsError(batch.object_name, rows, distinct, *(found.fetchone() or ("one",)))
    return tuple(values)
