"""Results as verdicts: exceptions are never passes, samples are few and plain."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from expectations.check import Between, Check, NoRows
from expectations.judgement import exception_message, plain, unjudged, verdict

CHECK = Check("raw", "it_holds", "s.deals", "warning", "It holds.", NoRows("select 1"))
RAISED = {"raised_exception": True, "exception_message": "no such column", "exception_traceback": "…"}
FINE = {"raised_exception": False, "exception_message": None, "exception_traceback": None}


@dataclass
class Outcome:
    """A validation result as Great Expectations gives it."""

    success: bool | None
    result: dict[Any, Any] = field(default_factory=dict)
    exception_info: dict[Any, Any] = field(default_factory=dict)


@pytest.mark.parametrize("info", [RAISED, {"metric 1": FINE, "metric 2": RAISED}])
def test_an_exception_fails_even_where_the_result_says_success(info: dict[Any, Any]) -> None:
    judged = verdict(CHECK, Outcome(True, {"observed_value": 0}, info), 10)

    assert (judged.is_passed, judged.severity, judged.evaluated_count) == (False, "error", 0)
    assert judged.description == "It holds. This could not be evaluated: no such column"
    assert judged.sample == ({"exception": "no such column"},)


def test_the_same_exception_of_two_metrics_is_told_once() -> None:
    assert exception_message({"metric 1": RAISED, "metric 2": RAISED}) == "no such column"


@pytest.mark.parametrize("info", [{}, FINE, {"metric 1": FINE}])
def test_no_exception_is_no_message(info: dict[Any, Any]) -> None:
    assert exception_message(info) is None


def test_a_result_without_success_is_not_a_pass() -> None:
    assert not verdict(CHECK, Outcome(None, {"observed_value": 0}), 10).is_passed


def test_a_sample_holds_five_rows_at_most() -> None:
    rows = [{"id": number} for number in range(200)]

    judged = verdict(CHECK, Outcome(False, {"observed_value": 900, "details": {"unexpected_rows": rows}}), 1000)

    assert (judged.failing_count, judged.evaluated_count) == (900, 1000)
    assert judged.sample == tuple(rows[:5])


def test_failing_values_are_shown_under_their_column() -> None:
    judged = verdict(
        Check("marts", "it_holds", "s.deals", "error", "It holds.", Between("amount", 0)),
        Outcome(False, {"unexpected_count": 2, "partial_unexpected_list": [-1, Decimal("-2.50")]}),
        10,
    )

    assert judged.sample == ({"amount": -1}, {"amount": -2.5})


def test_a_check_that_was_not_judged_keeps_its_name_and_table() -> None:
    judged = unjudged(CHECK, "gone")

    assert (judged.suite, judged.check, judged.table) == ("raw", "it_holds", "s.deals")
    assert (judged.is_passed, judged.severity, judged.failing_count) == (False, "error", 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("x", "x"),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (Decimal("12.30"), 12.3),
        (Decimal("Infinity"), "Infinity"),
        (date(2026, 5, 13), "2026-05-13"),
        (datetime(2026, 5, 13, 18), "2026-05-13T18:00:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(days=1), "1 day, 0:00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([Decimal(1), None], [1.0, None]),
        ({"at": date(2026, 5, 13)}, {"at": "2026-05-13"}),
    ],
)
def test_database_values_become_json_values(value: object, expected: object) -> None:
    assert plain(value) == expected
    assert json.dumps(plain(value))
