"""What parses, and what does not, as a SOQL parser from the npm registry sees it.

The verdicts on `statements.soql` are that parser's, recorded: `+` it parses, `-` it does not. The slow tests ask it
again, and about statements that nobody wrote down. (The one on PyPI, python-soql-parser, knows neither LIKE nor
GROUP BY and does not live beside today's pyparsing.)
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from connectors.sandbox.errors import OrgError
from connectors.sandbox.soql import parse, spell
from connectors.sandbox.statement import Statement
from tests.support.soql import broken, statements
from tests.support.soql_oracle import DIFFERENCES, is_explained, oracle

RECORDED = [
    (line[0] == "+", line[2:])
    for line in Path(__file__).with_name("statements.soql").read_text(encoding="utf-8").splitlines()
    if line
]
Asks = Callable[[str], bool]
thorough = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture(scope="module")
def other() -> Iterator[Asks]:
    with oracle() as parses:
        yield parses


def is_parsed(text: str) -> bool:
    try:
        parse(text)
    except OrgError as error:
        assert error.code == "MALFORMED_QUERY"
        return False
    return True


def agrees(text: str, verdict: bool) -> bool:
    ours = is_parsed(text)
    return ours == verdict or is_explained(text, ours)


def test_the_recorded_verdicts_are_ours_too() -> None:
    assert [text for verdict, text in RECORDED if not agrees(text, verdict)] == []


def test_most_recorded_verdicts_need_no_excuse() -> None:
    plain = [is_parsed(text) == verdict for verdict, text in RECORDED]
    assert len(plain) > 250
    assert sum(plain) > 0.85 * len(plain)
    assert {verdict for verdict, _ in RECORDED} == {True, False}


@pytest.mark.parametrize("index", range(len(DIFFERENCES)), ids=[each.why for each in DIFFERENCES])
def test_a_known_difference_is_seen_among_the_recorded(index: int) -> None:
    each = DIFFERENCES[index]
    disputed = [text for verdict, text in RECORDED if is_parsed(text) != verdict]
    assert any(each.explains(text, each.is_accepted) for text in disputed), each.pattern


@pytest.mark.slow
def test_the_recorded_verdicts_are_still_those_of_the_other_parser(other: Asks) -> None:
    assert [(verdict, text) for verdict, text in RECORDED if other(text) != verdict] == []


@pytest.mark.slow
@thorough
@given(statement=statements)
def test_a_right_statement_parses_in_both(other: Asks, statement: Statement) -> None:
    text = spell(statement)
    assert agrees(text, other(text))


@pytest.mark.slow
@thorough
@given(text=broken())
def test_a_broken_statement_is_refused_by_both(other: Asks, text: str) -> None:
    assert agrees(text, other(text))
