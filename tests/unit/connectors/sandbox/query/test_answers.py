"""Random queries over a small org answer what plain Python finds in the same records.

Every condition is made twice: as SOQL text and as a Python predicate that knows nothing of the engine.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_answer, fetch_records
from connectors.sandbox.soql import parse
from connectors.sandbox.store.org import Org

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 3, 9, 5)  # the 8th in Los Angeles, where that day has 23 hours
TODAY = date(2026, 3, 8)
Row = dict[str, Any]
Condition = tuple[str, Callable[[Row], bool]]
SCHEMA = {
    "Organization": SObject("Organization", "00D", "Organization", parse_fields("Id id\nTimeZoneSidKey picklist")),
    "User": SObject("User", "005", "User", parse_fields("Id id\nName string name")),
    "Deal__c": SObject(
        "Deal__c",
        "a01",
        "Deal",
        parse_fields(
            "Id id\nName string name\nStage__c picklist\nUnits__c int\nPrice__c double\nIsHot__c boolean\n"
            "Day__c date\nAt__c datetime\nOwnerId reference >User"
        ),
    ),
}
TEXTS = ["Ace", "ace", "ACE%", "b_c", "bXc", "Çel", "çEL", "don't", "back\\slash", "", "zz top", None]
STAGES = ["New", "Won", "Lost", None]
NUMBERS = [-3, 0, 1, 2, 7, None]
OWNERS = [f"005{number:012d}AAA" for number in range(1, 4)]
OWNER_NAMES = {OWNERS[0]: "Ann", OWNERS[1]: "bob", OWNERS[2]: None, None: None}


def make_rows() -> list[Row]:
    chance = random.Random(11)
    rows = []
    for number in range(1, 61):
        at = NOW + timedelta(minutes=chance.choice([-600, -290, -121, -120, 0, 60, 119, 1440, -60_000]))
        rows.append(
            {
                "Id": f"a01{number:012d}AAA",
                "Name": chance.choice(TEXTS),
                "Stage__c": chance.choice(STAGES),
                "Units__c": chance.choice(NUMBERS),
                "Price__c": chance.choice([0.5, -1.25, 100.0, 3.0, None]),
                "IsHot__c": chance.choice([True, False, None]),
                "Day__c": chance.choice([None, TODAY + timedelta(days=chance.randint(-40, 40))]),
                "At__c": chance.choice([None, at, at]),
                "OwnerId": chance.choice([*OWNERS, None]),
            }
        )
    return rows


ROWS = make_rows()


@pytest.fixture(scope="module")
def org() -> Org:
    epoch = {"_from": [datetime(2020, 1, 1)]}
    owners = {"Id": OWNERS, "Name": [OWNER_NAMES[each] for each in OWNERS]}
    tables = {
        "Organization": pa.table({"Id": ["00D000000000001AAA"], "TimeZoneSidKey": [ZONE.key], **epoch}),
        "User": pa.table({**owners, "_from": epoch["_from"] * 3}),
        "Deal__c": pa.table({**{name: [row[name] for row in ROWS] for name in ROWS[0]}, "_from": epoch["_from"] * 60}),
    }
    return Org(SCHEMA, tables, Clock(NOW))


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def holds(operator: str, left: Any, right: Any) -> bool:
    left, right = lower(left), lower(right)
    if operator in ("=", "!="):
        return bool(left == right) == (operator == "=")
    if left is None or right is None:
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def local_day(row: Row, field: str) -> date | None:
    value: date | None = row[field]
    return value.replace(tzinfo=UTC).astimezone(ZONE).date() if isinstance(value, datetime) else value


def owner_name(row: Row) -> str | None:
    return OWNER_NAMES[row["OwnerId"]]


any_operator = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


@st.composite
def texts(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(["Name", "Stage__c", "Owner.Name"]))
    read = owner_name if field == "Owner.Name" else lambda row: row[field]
    known = [each for each in (*TEXTS, *STAGES, "Ann", "BOB") if each is not None]
    operator, value = draw(any_operator), draw(st.sampled_from(known))
    return f"{field} {operator} {quoted(value)}", lambda row: holds(operator, read(row), value)


@st.composite
def likes(draw: st.DrawFn) -> Condition:
    parts = draw(st.lists(st.sampled_from(["%", "_", r"\%", r"\_", "a", "C", "e", "b", "ç", r"\\", "x"]), max_size=5))
    meanings = {"%": ".*", "_": ".", r"\%": "%", r"\_": "_", r"\\": r"\\"}
    pattern = re.compile("".join(meanings.get(part, part.lower()) for part in parts), re.DOTALL)
    text = "".join(parts)
    return f"Name LIKE '{text}'", lambda row: row["Name"] is not None and bool(pattern.fullmatch(row["Name"].lower()))


@st.composite
def numbers(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(["Units__c", "Price__c"]))
    operator, value = draw(any_operator), draw(st.sampled_from([-3, 0, 1, 2, 0.5, -1.25, 100]))
    return f"{field} {operator} {value}", lambda row: holds(operator, row[field], value)


@st.composite
def nulls(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from([name for name in ROWS[0] if name != "IsHot__c"]))
    operator = draw(st.sampled_from(["=", "!="]))
    return f"{field} {operator} null", lambda row: (row[field] is None) == (operator == "=")


@st.composite
def booleans(draw: st.DrawFn) -> Condition:
    operator, value = draw(st.sampled_from(["=", "!="])), draw(st.booleans())
    return f"IsHot__c {operator} {str(value).lower()}", lambda row: holds(operator, bool(row["IsHot__c"]), value)


@st.composite
def memberships(draw: st.DrawFn) -> Condition:
    known: dict[str, list[Any]] = {"Name": TEXTS, "Stage__c": STAGES, "Units__c": NUMBERS}
    field = draw(st.sampled_from(list(known)))
    chosen = draw(st.lists(st.sampled_from(known[field]), min_size=1, max_size=4))
    is_negated = draw(st.booleans())
    told = ", ".join(
        "null" if each is None else quoted(each) if isinstance(each, str) else str(each) for each in chosen
    )
    wanted = [lower(each) for each in chosen]
    return f"{field} {'NOT ' * is_negated}IN ({told})", lambda row: (lower(row[field]) in wanted) != is_negated


@st.composite
def ids(draw: st.DrawFn) -> Condition:
    owner, is_short = draw(st.sampled_from(OWNERS)), draw(st.booleans())
    operator = draw(st.sampled_from(["=", "!="]))
    told = owner[:15] if is_short else owner
    return f"OwnerId {operator} '{told}'", lambda row: (row["OwnerId"] == owner) == (operator == "=")


@st.composite
def days(draw: st.DrawFn) -> Condition:
    field, number = draw(st.sampled_from(["Day__c", "At__c"])), draw(st.integers(0, 40))
    one = timedelta(days=1)
    sunday = TODAY - timedelta(days=TODAY.isoweekday() % 7)
    literal, first, last = draw(
        st.sampled_from(
            [
                ("TODAY", TODAY, TODAY),
                ("YESTERDAY", TODAY - one, TODAY - one),
                ("THIS_WEEK", sunday, sunday + 6 * one),
                ("LAST_MONTH", date(2026, 2, 1), date(2026, 2, 28)),
                ("THIS_QUARTER", date(2026, 1, 1), date(2026, 3, 31)),
                (f"LAST_N_DAYS:{number}", TODAY - number * one, TODAY),
                (f"NEXT_N_DAYS:{number + 1}", TODAY + one, TODAY + (number + 1) * one),
                (f"N_DAYS_AGO:{number}", TODAY - number * one, TODAY - number * one),
            ]
        )
    )
    operator = draw(any_operator)

    def predicate(row: Row) -> bool:
        day = local_day(row, field)
        if day is None:
            return operator == "!="
        return {
            "=": first <= day <= last,
            "!=": not first <= day <= last,
            "<": day < first,
            "<=": day <= last,
            ">": day > last,
            ">=": day >= first,
        }[operator]

    return f"{field} {operator} {literal}", predicate


@st.composite
def instants(draw: st.DrawFn) -> Condition:
    moment = NOW + timedelta(minutes=draw(st.sampled_from([-600, -121, -120, -119, 0, 60])))
    hours = draw(st.integers(-11, 11))
    told = (moment + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S") + f"{hours:+03d}:00"
    operator = draw(any_operator)
    return f"At__c {operator} {told}", lambda row: holds(operator, row["At__c"], moment)


def part(field: str, read: Callable[[Any], int]) -> Callable[[Row], int | None]:
    return lambda row: None if row[field] is None else read(row[field])


PARTS = {
    "CALENDAR_MONTH(Day__c)": part("Day__c", lambda day: int(day.month)),
    "DAY_IN_MONTH(Day__c)": part("Day__c", lambda day: int(day.day)),
    "DAY_IN_WEEK(Day__c)": part("Day__c", lambda day: int(day.isoweekday()) % 7 + 1),
    "HOUR_IN_DAY(At__c)": part("At__c", lambda at: int(at.hour)),
    "DAY_IN_MONTH(convertTimezone(At__c))": part("At__c", lambda at: int(at.replace(tzinfo=UTC).astimezone(ZONE).day)),
}


@st.composite
def parts_of_days(draw: st.DrawFn) -> Condition:
    operator, number = draw(any_operator), draw(st.integers(0, 31))
    name = draw(st.sampled_from(list(PARTS)))
    return f"{name} {operator} {number}", lambda row: holds(operator, PARTS[name](row), number)


leaves: st.SearchStrategy[Condition] = st.one_of(
    texts(), likes(), numbers(), nulls(), booleans(), memberships(), ids(), days(), instants(), parts_of_days()
)


def negated(inner: Condition) -> Condition:
    return f"NOT ({inner[0]})", lambda row: not inner[1](row)


def joined(word: str, parts: list[Condition]) -> Condition:
    every = all if word == "AND" else any
    return f" {word} ".join(f"({part[0]})" for part in parts), lambda row: every(part[1](row) for part in parts)


conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(negated),
        st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=5,
)
orderings = st.lists(
    st.tuples(
        st.sampled_from(["Name", "Stage__c", "Units__c", "Price__c", "Day__c", "At__c"]),
        st.booleans(),
        st.sampled_from([None, "FIRST", "LAST"]),
    ),
    max_size=3,
    unique_by=lambda key: key[0],
)
MEASURES = {
    "n": "COUNT(Id)",
    "u": "COUNT(Units__c)",
    "d": "COUNT_DISTINCT(Units__c)",
    "s": "SUM(Units__c)",
    "lo": "MIN(Day__c)",
    "hi": "MAX(At__c)",
    "a": "AVG(Price__c)",
}
few = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def in_order(rows: list[Row], keys: list[tuple[str, bool, str | None]]) -> list[Row]:
    rows = sorted(rows, key=lambda row: row["Id"])
    for field, is_descending, nulls_place in reversed(keys):
        empty = [row for row in rows if row[field] is None]
        full = sorted((row for row in rows if row[field] is not None), key=lambda row: lower(row[field]))
        if is_descending:
            full = list(stably_reversed(full, field))
        is_first = nulls_place == "FIRST" if nulls_place else not is_descending
        rows = empty + full if is_first else full + empty
    return rows


def stably_reversed(rows: list[Row], field: str) -> Iterator[Row]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[lower(row[field])].append(row)
    for value in reversed(list(groups)):
        yield from groups[value]


def ask(org: Org, soql: str) -> list[Row]:
    return fetch_records(org, compile_query(parse(soql), SCHEMA, OrgCalendar(org), is_all=False))


@few
@given(conditions, orderings, st.none() | st.integers(0, 30), st.none() | st.integers(0, 30))
def test_rows_are_those_that_python_finds(
    org: Org,
    condition: Condition,
    keys: list[tuple[str, bool, str | None]],
    limit: int | None,
    offset: int | None,
) -> None:
    text, predicate = condition
    words = [f"{name} {'DESC' if down else 'ASC'}{f' NULLS {place}' if place else ''}" for name, down, place in keys]
    order = f" ORDER BY {', '.join([*words, 'Id'])}"
    cut = ("" if limit is None else f" LIMIT {limit}") + ("" if offset is None else f" OFFSET {offset}")
    found = [row["Id"] for row in ask(org, f"SELECT Id FROM Deal__c WHERE {text}{order}{cut}")]
    expected = [row["Id"] for row in in_order([row for row in ROWS if predicate(row)], keys)][offset or 0 :]
    assert found == (expected if limit is None else expected[:limit])


@few
@given(
    st.none() | conditions,
    st.lists(st.sampled_from(["Stage__c", "IsHot__c", "OwnerId", "CALENDAR_MONTH(Day__c)"]), max_size=2, unique=True),
    st.integers(0, 4),
)
def test_groups_are_those_that_python_makes(org: Org, condition: Condition | None, keys: list[str], least: int) -> None:
    text, predicate = condition or ("Id != null", lambda row: True)
    named = [f"{key} k{index}" for index, key in enumerate(keys)]
    measures = ", ".join(f"{call} {name}" for name, call in MEASURES.items())
    tail = f" GROUP BY {', '.join(keys)} HAVING COUNT(Id) > {least}" if keys else ""
    found = ask(org, f"SELECT {', '.join([*named, measures])} FROM Deal__c WHERE {text}{tail}")
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in ROWS:
        if predicate(row):
            groups[tuple(key_of(row, key) for key in keys)].append(row)
    if not keys:
        groups.setdefault((), [])
    expected = {key: measured(rows) for key, rows in groups.items() if not keys or len(rows) > least}
    told = {tuple(row[f"k{index}"] for index in range(len(keys))): row for row in found}
    assert {key: {name: row[name] for name in MEASURES} for key, row in told.items()} == expected


def key_of(row: Row, key: str) -> Any:
    if key.startswith("CALENDAR_MONTH"):
        return row["Day__c"] and row["Day__c"].month
    return row[key]


def measured(rows: list[Row]) -> dict[str, Any]:
    units = [row["Units__c"] for row in rows if row["Units__c"] is not None]
    days_ = [row["Day__c"] for row in rows if row["Day__c"] is not None]
    instants_ = [row["At__c"] for row in rows if row["At__c"] is not None]
    prices = [row["Price__c"] for row in rows if row["Price__c"] is not None]
    return {
        "n": len(rows),
        "u": len(units),
        "d": len(set(units)),
        "s": float(sum(units)) if units else None,
        "lo": min(days_).isoformat() if days_ else None,
        "hi": max(instants_).strftime("%Y-%m-%dT%H:%M:%S.000+0000") if instants_ else None,
        "a": pytest.approx(sum(prices) / len(prices)) if prices else None,
    }


@settings(few, max_examples=15)
@given(conditions, st.sampled_from([3, 20, 200]))
def test_pages_put_together_are_the_whole_answer(org: Org, condition: Condition, size: int) -> None:
    soql = f"SELECT Id, Name, Owner.Name FROM Deal__c WHERE {condition[0]} ORDER BY Name"
    compiled = compile_query(parse(soql), SCHEMA, OrgCalendar(org), is_all=False)
    whole, paged = fetch_answer(org, compiled), fetch_answer(org, compiled, size)
    pages = [paged.page(start, size)[1:-1] for start in range(0, paged.total, size)]
    assert b"[" + b",".join(pages) + b"]" == whole.page(0, whole.total)
