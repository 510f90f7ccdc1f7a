"""A query with more fields than an address holds comes in parts that are put together row by row."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.landed import Column
from connectors.salesforce import joined, rest
from connectors.salesforce.errors import IncompleteJobError, QueryTooLongError
from connectors.salesforce.manifest import Manifest
from connectors.salesforce.options import FetchOptions
from connectors.salesforce.work import Work

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Call, Org, Reply

FIELDS = ["Id", "SystemModstamp", *(f"{'Long' * 20}{n}__c" for n in range(400))]
STAMP = "2026-11-21T10:00:00.000+0000"


def work(client: Client, folder: Path, fields: list[str] = FIELDS) -> Work:
    columns = tuple(Column(name, name.lower(), "VARCHAR") for name in fields)
    query = f"SELECT {', '.join(fields)} FROM Period WHERE SystemModstamp < 2026-11-22T00:00:00.000Z"
    end = datetime(2026, 11, 22, tzinfo=UTC)
    landing = Manifest("Period", "", "run", "rest", "rest-run", query, "full", columns, None, None, end)
    return Work(client, folder, landing, FetchOptions())


def answers(org: Org, rows: int, **spoiled: Any) -> list[str]:
    """Every part with its fields; a value tells its row and field. `spoiled` changes the first answer but one."""
    asked: list[str] = []

    def reply(call: Call) -> Reply:
        asked.append(call.query["q"])
        names = asked[-1].removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
        records = []
        for n in range(rows):
            record = {name: f"{n} {name[80:]}" for name in names} | {"Id": f"{n:018d}", "SystemModstamp": STAMP}
            records.append(record)
        if len(asked) == 2 and spoiled:
            records[-1].update(spoiled)
        return org.json({"totalSize": rows, "done": True, "records": records})

    org.on("GET", "queryAll/", reply)
    return asked


def test_all_fields_of_a_row_come_together(org: Org, client: Client, tmp_path: Path) -> None:
    asked = answers(org, 3)
    going = work(client, tmp_path / "run")
    joined.download(going)
    assert len(asked) > 2
    assert all(rest.fits(query) for query in asked)
    assert all("WHERE SystemModstamp <" in query and query.endswith("ORDER BY Id") for query in asked)
    (page,) = going.manifest.pages
    rows = list(csv.reader(io.StringIO(gzip.decompress(page.path.read_bytes()).decode())))
    assert rows[0] == FIELDS
    assert rows[2] == [f"{1:018d}", STAMP, *(f"1 {n[80:]}" for n in FIELDS[2:])]


@pytest.mark.parametrize("spoiled", [{"SystemModstamp": "2026-11-22T10:00:00.000+0000"}, {"Id": "other"}])
def test_a_row_that_changed_between_the_parts_starts_them_over(
    spoiled: dict[str, str], org: Org, client: Client, tmp_path: Path
) -> None:
    asked = answers(org, 3, **spoiled)
    going = work(client, tmp_path / "run")
    joined.download(going)
    assert going.manifest.rows == 3
    assert len(asked) == len(set(asked)) * 2


def test_rows_that_never_stop_changing_are_an_error(org: Org, client: Client, tmp_path: Path) -> None:
    counts = iter(range(1, 100))

    def reply(call: Call) -> Reply:
        records = [dict.fromkeys(FIELDS, "x") | {"SystemModstamp": str(next(counts))}]
        return org.json({"totalSize": 1, "done": True, "records": records})

    org.on("GET", "queryAll/", reply)
    with pytest.raises(IncompleteJobError, match="in parts"):
        joined.download(work(client, tmp_path / "run"))


def test_a_field_that_no_address_holds_is_an_error(client: Client, tmp_path: Path) -> None:
    with pytest.raises(QueryTooLongError):
        joined.parts(work(client, tmp_path / "run", ["Id", "x" * 20_000]))
