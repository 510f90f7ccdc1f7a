"""The order in which landed things were loaded: `<landing>/loads.jsonl`, one line each.

A line is on the disk before its load commits, so the landing zone knows of every load that the
warehouse knows of. A load that failed is withdrawn by another line; one that was killed is made up
for (`landing.recover`). With the pages this is all that is needed to rebuild the raw schema.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from connectors.landed import Column
from connectors.landing_zone import LandingZoneError
from connectors.warehouse import instants
from connectors.warehouse.errors import LandingGapError
from connectors.warehouse.names import OPS

FILE_NAME = "loads.jsonl"
# Enough for some lines: the last one is looked at before each load.
TAIL_BYTES = 1 << 18

Kind = Literal["batch", "deletions"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a load was told besides its batch, and what a load that is repeated has to be told again."""

    expected: tuple[Column, ...] = ()
    instance_url: str = ""
    time_zone: str | None = None
    org_id: str = ""
    allow_empty: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One load. `number` orders the loads of a landing zone; `folder` is None for what cannot be replayed."""

    number: int
    kind: Kind
    folder: Path | None
    run_id: str
    loaded_at: datetime
    options: Options


class Logbook:
    """The loads of one landing zone. Only the holder of the run lock may write to it."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing
        self.path = landing / FILE_NAME

    @classmethod
    def of(cls, folder: Path) -> "Logbook":
        """The logbook of the landing zone that a folder lies in: `<landing>/<source>/<table>/<folder>`."""
        return cls(folder.parents[2])

    def append(self, entry: Entry) -> None:
        """Write an entry down, on the disk when this returns."""
        assert entry.folder is not None  # else there is nothing to come back to
        document = {
            "number": entry.number,
            "kind": entry.kind,
            "folder": entry.folder.relative_to(self.landing).as_posix(),
            "run_id": entry.run_id,
            "loaded_at": entry.loaded_at.isoformat(),
            "options": asdict(entry.options),
        }
        self._write(document)

    def withdraw(self, entry: Entry) -> None:
        """Say that a load came to nothing."""
        self._write({"withdrawn": entry.number})

    def last_number(self) -> int:
        """The greatest number that was given; 0 if none was."""
        return max((_number(line) for line in self._lines(TAIL_BYTES)), default=0)

    def refuse_gap(self, known: int, *, has_base: bool) -> None:
        """Raise LandingGapError if loads that come after number `known` were removed from here."""
        first = min(map(_number, self._lines()), default=known + 1)
        if first > known + 1:
            raise LandingGapError(self.landing, known, first, has_base=has_base)

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """All entries with a greater number that were not withdrawn, in the order of their loads."""
        lines = list(self._lines())
        withdrawn = {line["withdrawn"] for line in lines if "withdrawn" in line}
        found = [self._entry(line) for line in lines if "number" in line]
        wanted = [entry for entry in found if entry.number > after and entry.number not in withdrawn]
        return tuple(sorted(wanted, key=lambda entry: entry.number))

    def _entry(self, line: dict[str, Any]) -> Entry:
        options = line["options"]
        expected = tuple(Column(**column) for column in options["expected"])
        return Entry(
            number=line["number"],
            kind=line["kind"],
            folder=self.landing / line["folder"],
            run_id=line["run_id"],
            loaded_at=datetime.fromisoformat(line["loaded_at"]),
            options=Options(**{**options, "expected": expected}),
        )

    def _lines(self, most_bytes: int | None = None) -> Iterator[dict[str, Any]]:
        """Whole lines only: one without its end was being written when the process died."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = 0 if most_bytes is None else max(0, size - most_bytes)
            file.seek(start)
            lines = file.read().split(b"\n")[1 if start else 0 : -1]
        for line in lines:
            try:
                document = json.loads(line)
            except ValueError as error:
                if line.startswith(b"{"):
                    continue  # it was torn by a crash, and its load never happened
                raise LandingZoneError(self.path, f"it holds a line that is no JSON: {error}") from error
            yield document

    def _write(self, document: dict[str, Any]) -> None:
        self.landing.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            is_torn = file.tell() > 0 and not self._ends_well()
            file.write((b"\n" if is_torn else b"") + json.dumps(document).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _ends_well(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def next_entry(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    folder: Path | None,
    run_id: str,
    now: datetime | None,
    options: Options,
) -> Entry:
    """The entry of a load that is about to begin."""
    known = last_load(connection)
    if folder is not None:
        known = max(known, Logbook.of(folder).last_number())
    return Entry(known + 1, kind, folder, run_id, now or instants.now(), options)


def last_load(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last load that the warehouse has; 0 if it has none."""
    row = connection.execute(f"SELECT max(load_number) FROM {OPS}.loads").fetchone()
    return (row[0] if row else None) or 0


def _number(line: dict[str, Any]) -> int:
    return int(line.get("number", line.get("withdrawn", 0)))
