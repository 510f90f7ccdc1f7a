"""A Bulk API 2.0 query job: its state, its result, and how it is told. What makes it run is `bulk`."""

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.query import Compiled
from connectors.sandbox.query.lines import Lines
from connectors.sandbox.query.records import csv_header


@dataclass(slots=True)
class Job:
    """A query job. `lines` are there once it is complete."""

    id: str
    operation: str
    query: str
    sobject: str
    api_version: str
    delimiter: str
    ending: str
    created: str
    compiled: Compiled
    is_pk_chunked: bool
    state: str = "UploadComplete"
    error: str | None = None
    lines: Lines | None = None
    milliseconds: int = 0
    slow_polls: int = 0

    @property
    def rows(self) -> int:
        return 0 if self.lines is None else len(self.lines)

    def page(self, start: int, count: int) -> bytes:
        """Header and the lines from `start` on: they are spelled already, no cell is touched."""
        return self.header + (b"" if self.lines is None else self.lines.read(start, count))

    @property
    def header(self) -> bytes:
        return csv_header(self.compiled, self.delimiter, self.ending)

    def move(self, old: str, new: str) -> bool:
        """Go from one state to the next, unless somebody has aborted it meanwhile."""
        if self.state != old:
            return False
        self.state = new
        return True

    def shown(self, user_id: str, *, is_brief: bool = False) -> dict[str, Any]:
        """As the API tells it; a job that was just made, or is one of a list, is told in brief."""
        shown = {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject,
            "createdById": user_id,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.api_version),
            "lineEnding": self.ending,
            "columnDelimiter": self.delimiter,
        }
        if is_brief:
            return shown
        shown |= {
            "jobType": "V2Query",
            "numberRecordsProcessed": self.rows if self.state == "JobComplete" else 0,
            "retries": 0,
            "totalProcessingTime": self.milliseconds,
            "isPkChunkingSupported": self.is_pk_chunked,
        }
        return shown | ({"errorMessage": self.error} if self.error else {})
