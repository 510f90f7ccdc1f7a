"""Opening a file of finance as a header and rows of raw values; CSV or Parquet, told by the name's ending."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from connectors.finance.errors import BookingsColumnsError, NoBookingsFileError

SEPARATORS = ",;\t"
Rows = Iterator[tuple[int, Sequence[object]]]


def open_table(path: Path) -> tuple[list[str], Rows]:
    """The names of the columns, and each row with its line number. Raises NoBookingsFileError, BookingsColumnsError."""
    if not path.is_file():
        raise NoBookingsFileError(path, "there is no such file")
    match path.suffix.lower():
        case ".csv":
            return _csv(path)
        case ".parquet":
            return _parquet(path)
        case ending:
            raise NoBookingsFileError(path, f"it ends in {ending or 'nothing'} and not in .csv or .parquet")


def _csv(path: Path) -> tuple[list[str], Rows]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is no UTF-8, in which it has to be written"
        raise NoBookingsFileError(path, reason) from error
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next(reader, [])
        # All at once: a line that is torn at the end has to be told before anything is made of the others.
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise NoBookingsFileError(path, f"line {reader.line_num} is no CSV ({error})") from error
    for line, row in rows:
        if len(row) != len(header):
            counts = f"line {line} has {len(row)} values and the first line {len(header)}"
            raise BookingsColumnsError(path, f"{counts}; quote values that hold {separator!r}", header)
    return header, iter(rows)


def _parquet(path: Path) -> tuple[list[str], Rows]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise NoBookingsFileError(path, f"it is no Parquet file ({error})") from error
    columns = [column.to_pylist() for column in table.columns]
    return table.column_names, enumerate(zip(*columns, strict=True), start=1)
