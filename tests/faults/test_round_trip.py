"""Whatever a record can hold comes out of the warehouse as it went into the org, by the Bulk API and by REST."""

import math
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org
from connectors.warehouse.connection import connect
from tests.support.sync import WAREHOUSE, client, sync

NOW = datetime(2026, 3, 18, 12)
FIELDS = parse_fields(
    "Id id required\nText__c textarea 131072\nLabel__c string 255\nOld__c anyType\nMoney__c currency 18.2\n"
    "Rate__c double 18.6\nShare__c percent\nCount__c int\nDay__c date\nAt__c datetime\nHour__c time\n"
    "Flag__c boolean required\nSystemModstamp datetime required"
)
BULK = SObject("Thing__c", "a00", "Thing", FIELDS)
REST = SObject("Other__c", "a01", "Other", FIELDS, is_bulk_supported=False)
COLUMNS = {
    "Text__c": "text__c",
    "Label__c": "label__c",
    "Old__c": "old__c",
    "Money__c": "money__c",
    "Rate__c": "rate__c",
    "Share__c": "share__c",
    "Count__c": "count__c",
    "Day__c": "day__c",
    "At__c": "at__c",
    "Hour__c": "hour__c",
    "Flag__c": "flag__c",
}
TYPES = {
    "Money__c": pa.float64(),
    "Rate__c": pa.float64(),
    "Share__c": pa.float64(),
    "Count__c": pa.int64(),
    "Day__c": pa.date32(),
    "At__c": pa.timestamp("us"),
    "Hour__c": pa.time64("us"),
    "Flag__c": pa.bool_(),
}
# Salesforce knows no empty text: it is null.
TRAPS = [
    "NA",
    "null",
    "None",
    "  ",
    "007",
    "\r\n",
    "\n",
    "\r",
    '"',
    '""',
    ",",
    "\x00",
    "a\x00b",
    "🎉",
    "\ufeff",
    "true",
    "0.0",
]
TEXT = st.one_of(
    st.none(),
    st.sampled_from(TRAPS),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    st.lists(st.sampled_from(TRAPS), min_size=2, max_size=6).map("".join),
)
ROW = st.fixed_dictionaries(
    {
        "Text__c": TEXT,
        "Label__c": TEXT,
        "Old__c": TEXT,
        "Money__c": st.none() | st.integers(-(10**13), 10**13).map(lambda cents: cents / 100),
        "Rate__c": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "Share__c": st.none() | st.floats(-1e6, 1e6),
        "Count__c": st.none() | st.integers(-(2**31), 2**31 - 1),
        "Day__c": st.none() | st.dates(date(1700, 1, 1), date(4000, 12, 31)),
        "At__c": st.none()
        | st.datetimes(datetime(1700, 1, 1), datetime(4000, 12, 31)).map(
            lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
        ),
        "Hour__c": st.none() | st.times().map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
        "Flag__c": st.booleans(),
    }
)
ROWS = st.lists(ROW, min_size=1, max_size=25)
PLAIN: dict[str, Any] = {**dict.fromkeys(COLUMNS), "Flag__c": False}


def _org(rows: list[dict[str, Any]]) -> Org:
    tables = {}
    for sobject in (BULK, REST):
        columns: dict[str, Any] = {
            name: pa.array([row[name] for row in rows], TYPES.get(name, pa.string())) for name in COLUMNS
        }
        columns["Id"] = pa.array([f"{sobject.key_prefix}{number:015d}" for number in range(len(rows))])
        columns["SystemModstamp"] = columns["_from"] = pa.array([NOW] * len(rows))
        tables[sobject.name] = pa.table(columns)
    return Org({each.name: each for each in (BULK, REST)}, tables, Clock(NOW), is_snapshot=True)


def _came_out(rows: list[dict[str, Any]], home: Path) -> dict[str, list[dict[str, Any]]]:
    """What the warehouse holds of each object, in the order of the rows, instants and money as they went in."""
    with SandboxServer(_org(rows)) as server, client(server.url) as org:
        sync(org, home, {BULK.name: 7, REST.name: 7})
    found = {}
    with connect(home / WAREHOUSE) as connection:
        (rejects,) = connection.execute("SELECT count(*) FROM ops.rejects").fetchone() or (None,)
        assert rejects == 0, connection.execute("SELECT * FROM ops.rejects").fetchall()
        for table in ("thing__c", "other__c"):
            wanted = ", ".join(f'"{column}" AS "{name}"' for name, column in COLUMNS.items())
            answer = connection.execute(f"SELECT {wanted} FROM raw_salesforce.{table} ORDER BY id")
            names = [entry[0] for entry in answer.description or ()]
            found[table] = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    return found


def _is_same(name: str, went_in: Any, came_out: Any) -> bool:
    if went_in is None or came_out is None:
        return went_in is came_out
    if name == "Money__c":
        return bool(round(went_in * 100) == round(came_out * 100))
    if name in ("Rate__c", "Share__c"):
        return math.isclose(went_in, came_out, rel_tol=0, abs_tol=0)
    return bool(went_in == came_out)


def _assert_round_trip(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        for table, found in _came_out(rows, Path(home)).items():
            assert len(found) == len(rows), table
            for went_in, came_out in zip(rows, found, strict=True):
                unlike = {
                    name: (went_in[name], came_out[name])
                    for name in COLUMNS
                    if not _is_same(name, went_in[name], came_out[name])
                }
                assert unlike == {}, table


@example([{**PLAIN, "Text__c": trap, "Label__c": trap, "Old__c": trap} for trap in TRAPS])
@given(ROWS)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_what_goes_in_comes_out(rows: list[dict[str, Any]]) -> None:
    _assert_round_trip(rows)


@pytest.mark.slow
@given(ROWS)
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_goes_in_comes_out_whatever_it_is(rows: list[dict[str, Any]]) -> None:
    _assert_round_trip(rows)


def test_a_text_of_three_megabytes_comes_out_byte_for_byte() -> None:
    text = "".join(TRAPS) * (3_000_000 // len("".join(TRAPS)))
    _assert_round_trip([{**PLAIN, "Text__c": text}, {**PLAIN, "Text__c": text[:-1]}])
