"""The rows of one file of an export, as text, checked on the way: encoding, header, shape, end."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.data_export.archive import ExportFile
from connectors.data_export.errors import DamagedExportError, ForeignFileError

# The two that the export offers which every text of it can be read in.
ENCODINGS = ("utf-8-sig", "iso-8859-1")
LONGEST_VALUE = 16_000_000
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
CHUNK = 1 << 20


def encoding_of(file: ExportFile) -> str:
    """UTF-8 if all of the file is, else ISO-8859-1, in which any bytes are text. Reads it once, to its end."""
    with file.opened() as content:
        text = io.TextIOWrapper(content, ENCODINGS[0], newline="")
        try:
            while text.read(CHUNK):
                pass
        except UnicodeDecodeError:
            return ENCODINGS[1]
        finally:
            text.detach()
    return ENCODINGS[0]


@contextmanager
def opened(file: ExportFile) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """The header and the rows of a file. Raises ForeignFileError, and DamagedExportError while rows are read."""
    _refuse_open_end(file)
    encoding = encoding_of(file)
    csv.field_size_limit(LONGEST_VALUE)
    with file.opened() as content:
        text = io.TextIOWrapper(content, encoding, newline="")
        reader = csv.reader(text, strict=True)
        try:
            header = next(reader, [])
            _refuse_foreign(file, header)
            yield header, _checked(file, reader, len(header))
        except csv.Error as error:
            raise DamagedExportError(file.name, f"line {reader.line_num:,}: {error}") from error
        finally:
            text.detach()


def _refuse_open_end(file: ExportFile) -> None:
    """A ZIP has a checksum; of a plain file only its last line break tells that it was not cut at a row's end."""
    if file.member is not None:
        return
    with file.opened() as content:
        if content.seek(0, io.SEEK_END):
            content.seek(-1, io.SEEK_END)
            if content.read(1) not in b"\r\n":
                reason = "unexpected end of data: its last line has no line break. If it is whole, add one"
                raise DamagedExportError(file.name, reason)


def _refuse_foreign(file: ExportFile, header: list[str]) -> None:
    if not header:
        raise ForeignFileError(file.name, "it is empty")
    if "Id" not in header:
        raise ForeignFileError(file.name, f"it has no column Id; it begins with {', '.join(header)[:80]!r}")
    odd = [name for name in header if not FIELD_NAME.fullmatch(name)]
    if odd:
        raise ForeignFileError(file.name, f"{odd[0]!r} is no name of a field")
    if len(set(header)) < len(header):
        raise ForeignFileError(file.name, "two columns have the same name")


def _checked(file: ExportFile, reader: Iterator[list[str]], width: int) -> Iterator[list[str]]:
    for number, row in enumerate(reader, 1):
        if len(row) != width:
            raise DamagedExportError(file.name, f"row {number:,} has {len(row)} values instead of {width}")
        yield row
