"""Whatever is asked of the shop's real fields either runs or is refused in Salesforce's way; nothing breaks inside."""

import json
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.relationships import child_relationships
from connectors.sandbox.metadata.schema import Schema, SObject
from connectors.sandbox.query import OrgCalendar, compile_query
from connectors.sandbox.query.records import fetch_answer, fetch_count, fetch_lines
from connectors.sandbox.soql import parse
from connectors.sandbox.soql.calls import DATE_FUNCTIONS
from connectors.sandbox.statement import AGGREGATES
from connectors.sandbox.store.org import Org

_VALUES = (
    "null true 5 -2.5 'a' 'Acme%' '001000000000001' 2026-03-18 2026-03-18T00:00:00Z 10:00:00Z TODAY LAST_N_DAYS:3 "
    "THIS_FISCAL_YEAR N_FISCAL_QUARTERS_AGO:2 USD5 EUR2.50 'A;B' ''"
)
VALUES = tuple(_VALUES.split())
REFUSALS = {
    *(
        "MALFORMED_QUERY",
        "INVALID_FIELD",
        "INVALID_TYPE",
        "INVALID_QUERY_FILTER_OPERATOR",
        "NUMBER_OUTSIDE_VALID_RANGE",
    ),
    *("EXCEEDED_ID_LIMIT", "FEATURENOTENABLED"),
}


def paths_of(schema: Schema, sobject: SObject) -> list[str]:
    """Own fields, and the fields of parents and grandparents."""
    own = [field.name for field in sobject.fields]
    found = [*own, *own]
    for field in sobject.fields:
        if field.relationship and all(name in schema for name in field.reference_to):
            parent = schema[field.reference_to[0]]
            found += [f"{field.relationship}.{each.name}" for each in parent.fields]
            found += [f"{field.relationship}.Owner.Name", f"{field.relationship}.Type"]
    return found


@st.composite
def queries(draw: st.DrawFn, schema: Schema, sobject: SObject, depth: int = 0) -> str:
    path = st.sampled_from(paths_of(schema, sobject))
    dated = st.builds("{}({})".format, st.sampled_from(sorted(DATE_FUNCTIONS)), path)
    local = st.builds("{}(convertTimezone({}))".format, st.sampled_from(sorted(DATE_FUNCTIONS)), path)
    aggregate = st.builds("{}({})".format, st.sampled_from(sorted(AGGREGATES)), path)
    shown = st.builds("{}({}) x".format, st.sampled_from(["FORMAT", "toLabel", "convertCurrency"]), path)
    operator = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "LIKE"])
    value = st.sampled_from(VALUES)
    compared = st.builds("{} {} {}".format, path | path | dated | local, operator, value)
    among = st.builds("{} {} ({}, {})".format, path, st.sampled_from(["IN", "NOT IN", "INCLUDES"]), value, value)
    condition = st.one_of(compared, compared, among, st.builds("NOT ({})".format, among))
    is_grouped = draw(st.booleans()) and not depth
    keys = draw(st.lists(path | dated, min_size=1, max_size=2, unique=True)) if is_grouped else []
    if is_grouped:
        select = [*(key for key in keys if draw(st.booleans())), *draw(st.lists(aggregate, min_size=1, max_size=2))]
    else:
        select = draw(st.lists(path, min_size=1, max_size=3, unique=True))
        select += draw(st.lists(shown, max_size=1))
        children = [each for each in child_relationships(schema, sobject) if each.name]
        if children and depth < 2 and draw(st.booleans()):
            child = draw(st.sampled_from(children))
            inner = draw(queries(schema, child.child, depth + 1))
            select.append(f"({inner.replace(f'FROM {child.child.name}', f'FROM {child.name}', 1)})")
        if sobject.name == "Task" and draw(st.booleans()):
            select.append("TYPEOF What WHEN Account THEN Name, Owner.Name WHEN Opportunity THEN Amount ELSE Name END")
    words = [f"SELECT {', '.join(select)} FROM {sobject.name}"]
    if draw(st.booleans()):
        joined = draw(st.lists(condition, min_size=1, max_size=2))
        words.append(f"WHERE {draw(st.sampled_from([' AND ', ' OR '])).join(f'({each})' for each in joined)}")
    if keys:
        grouping = draw(st.sampled_from(["{}", "{}", "ROLLUP({})", "CUBE({})"]))
        words.append(f"GROUP BY {grouping.format(', '.join(keys))}")
        words += [f"HAVING {draw(aggregate)} {draw(operator)} {draw(value)}"] * draw(st.integers(0, 1))
    if draw(st.booleans()):
        words.append(f"ORDER BY {draw(st.one_of(path, aggregate, dated, st.sampled_from(keys or ['Id'])))}")
    words += [f"LIMIT {draw(st.integers(0, 5))}"] * draw(st.integers(0, 1))
    return " ".join(words)


def outcome(shop: Org, soql: str) -> str:
    """`ran` or `refused`; anything else is raised."""
    try:
        compiled = compile_query(parse(soql), shop.schema, OrgCalendar(shop), is_all=False)
        if compiled.is_count:
            assert fetch_count(shop, compiled) >= 0
            return "ran"
        answer = fetch_answer(shop, compiled)
        assert len(json.loads(answer.page(0, answer.total))) == answer.total
        if compiled.is_flat and not compiled.is_aggregate:
            assert len(fetch_lines(shop, compiled, "COMMA", "LF")) == answer.total
    except OrgError as refused:
        assert refused.code in REFUSALS, soql
        return "refused"
    return "ran"


def test_a_query_runs_or_is_refused(shop: Org) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=240, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        sobject = data.draw(st.sampled_from(list(shop.schema.values())))
        seen[outcome(shop, data.draw(queries(shop.schema, sobject)))] += 1

    check()
    assert seen["ran"] > 20
    assert seen["refused"] > 10
