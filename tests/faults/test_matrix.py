"""Every fault on every kind of object at the first, middle and last page: all rows, or a clean stop that resumes.

The ordinary suite runs every fault on a Bulk object, and every kind of object with the faults that have cost
others rows; the whole matrix is slow.
"""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest

from tests.support.made_org import KINDS

PAGES = ("first", "middle", "last")
# A sync gets over these by itself if they come once.
PASSING: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503},
    "406": {"kind": "status", "status": 406},
    "420": {"kind": "status", "status": 420},
    "502": {"kind": "status", "status": 502},
    "429": {"kind": "status", "status": 429, "retry_after": 1},
    "401": {"kind": "expire_session"},
    "cut": {"kind": "cut"},
    "cut before the first byte": {"kind": "drop"},
    "cut near the end": {"kind": "cut", "share": 0.99},
    "truncated gzip": {"kind": "truncated_gzip"},
    "short page": {"kind": "short_page"},
    "empty page": {"kind": "short_page", "rows": 100_000},
    "slow drip": {"kind": "drip", "seconds": 0.1},
    "stall": {"kind": "stall", "seconds": 1.2},
    "reordered JSON or CSV": {"kind": "reordered_header"},
}
# Sooner than the stall ends; a server that has to share its processor answers within it nevertheless.
STALLED = 1.0
# But for this one: columns in another order are no accident. JSON names its values.
STOPS_BULK = ("reordered JSON or CSV",)
# These may stop it, and then the next sync must bring everything.
STOPPING: dict[str, dict[str, Any]] = {
    "short page that its header agrees with": {"kind": "short_page", "agrees": True},
    "duplicate page": {"kind": "duplicate_page"},
    "partly repeated page": {"kind": "duplicate_page", "rows": 3},
    "early end": {"kind": "early_end"},
    "wrong content type": {"kind": "wrong_content_type"},
    "maintenance page": {"kind": "status", "status": 200, "body": "<html>We will be back soon</html>"},
    "quota": {"kind": "status", "status": 403},
    "query timeout": {"kind": "status", "status": 400, "code": "QUERY_TIMEOUT", "message": "Your query has timed out"},
    "no such job": {"kind": "status", "status": 404, "code": "NOT_FOUND", "message": "The resource does not exist"},
}
# The end of a query job while its pages are read, and before.
JOB_ENDS: dict[str, dict[str, Any]] = {
    "job failed": {"kind": "job_failed", "message": "InternalServerError : something broke"},
    "job timed out": {"kind": "job_failed", "message": "QUERY_TIMEOUT : Your query request was running for too long"},
    "job aborted": {"kind": "job_aborted"},
    "job gone": {"kind": "job_gone"},
}
# Even if they stay these need not stop anything: the rows are all there, and pages are listed beside the locator.
HARMLESS = ("slow drip", "wrong content type", "early end")
FAULTS = PASSING | STOPPING | JOB_ENDS
COSTLY = (
    "cut",
    "short page",
    "short page that its header agrees with",
    "duplicate page",
    "partly repeated page",
    "401",
)
# Told apart from the others by their number alone: the slow matrix has them.
ALIKE = ("406", "420", "502")
UNLIKE = [fault for fault in FAULTS if fault not in ALIKE]


def _cells(kinds: Iterable[str], faults: Iterable[str], pages: Iterable[str]) -> list[tuple[str, str, str]]:
    """Those combinations that there are: only the Bulk API has jobs, a single page is first and last at once."""
    return [
        (kind, fault, page)
        for kind, fault, page in product(kinds, faults, pages)
        if (KINDS[kind].is_bulk or fault not in JOB_ENDS) and (page == "first" or KINDS[kind].pages > 1)
    ]


FAST = [
    *_cells(["bulk"], UNLIKE, ["middle"]),
    *_cells(["bulk"], COSTLY, ["first", "last"]),
    *_cells([kind for kind in KINDS if kind != "bulk"], COSTLY[1:5], ["last"]),
    *_cells(["rest only"], [fault for fault in PASSING if fault in UNLIKE], ["first"]),
    *_cells(["rest only"], COSTLY, ["middle"]),
    *_cells(["tiny"], COSTLY, ["first"]),
]
WHOLE = [cell for cell in _cells(KINDS, FAULTS, PAGES) if cell not in FAST]


def _ends_well(trial: Any, *, must_pass: bool) -> None:
    said = trial.sync()
    assert trial.fired(), "the fault never came"
    if said is not None:
        assert not must_pass, said
        told = (trial.kind.name, trial.server.url, "refused the login")
        assert any(what in said for what in told), f"it does not say what is missing: {said}"
        trial.server.application.faults.clear()
        assert trial.sync() is None
    assert trial.differences() == []


@pytest.mark.parametrize(("kind", "fault", "page"), FAST)
def test_a_fault_at_a_page_costs_no_row(try_out: Callable[..., Any], kind: str, fault: str, page: str) -> None:
    trial = try_out(kind, read_timeout=STALLED if fault == "stall" else 30.0)
    trial.switch_on(FAULTS[fault], page=page)
    _ends_well(trial, must_pass=fault in PASSING and not (KINDS[kind].is_bulk and fault in STOPS_BULK))


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fault", "page"), WHOLE)
def test_the_rest_of_the_matrix(try_out: Callable[..., Any], kind: str, fault: str, page: str) -> None:
    test_a_fault_at_a_page_costs_no_row(try_out, kind, fault, page)


@pytest.mark.parametrize(("kind", "fault"), [("bulk", fault) for fault in UNLIKE if fault != "401"])
def test_a_fault_that_stays_stops_the_sync_and_the_next_one_brings_all(
    try_out: Callable[..., Any], kind: str, fault: str
) -> None:
    """Nothing that keeps coming is ever taken for the whole; what was not loaded shows no row and no cursor."""
    trial = try_out(kind, read_timeout=STALLED if fault == "stall" else 30.0, attempts=2, page_attempts=2)
    trial.switch_on(FAULTS[fault], page="middle", count=10_000)
    said = trial.sync()
    if fault in HARMLESS and said is None:
        assert trial.differences() == []
        return
    assert said is not None, f"a success with {trial.differences()}"
    assert trial.is_untouched()
    trial.server.application.faults.clear()
    assert trial.sync() is None
    assert trial.differences() == []


@pytest.mark.parametrize(
    "told",
    [
        {"route": "POST .*/jobs/query", "kind": "status", "status": 503},
        {"route": "POST .*/jobs/query", "kind": "drop"},
        {"route": r"GET .*/jobs/query/\w+$", "kind": "job_failed", "message": "QUERY_TIMEOUT : too long"},
        {"route": r"GET .*/jobs/query/\w+$", "kind": "job_aborted"},
        {"route": "/describe", "kind": "cut"},
        {"route": "/describe", "kind": "status", "status": 200, "body": "<html>We will be back soon</html>"},
        {"route": "/services/(oauth2|Soap)", "kind": "status", "status": 500},
        {"route": "/services/data", "kind": "status", "status": 403},
        {"route": "/services/data", "kind": "expire_session", "after": 1, "count": 3},
        {"route": "/updated", "kind": "status", "status": 500, "count": 10_000},
    ],
    ids=str,
)
def test_a_fault_beside_the_pages_costs_no_row(try_out: Callable[..., Any], told: dict[str, Any]) -> None:
    trial = try_out("bulk", attempts=3)
    trial.switch_on(told)
    _ends_well(trial, must_pass=False)


INCREMENTS = ("bulk", "rest only", "no cursor", "stamp without filter", "history")


def _increments(kinds: Iterable[str], faults: Iterable[str]) -> list[tuple[str, str]]:
    return [(kind, fault) for kind, fault, _ in _cells(kinds, faults, ["first"])]


FAST_INCREMENTS = [*_increments(["bulk"], COSTLY), *_increments(INCREMENTS[1:], ["short page"])]
WHOLE_INCREMENTS = [each for each in _increments(INCREMENTS, FAULTS) if each not in FAST_INCREMENTS]


@pytest.mark.parametrize(("kind", "fault"), FAST_INCREMENTS)
def test_a_fault_in_a_later_sync_costs_no_change(try_out: Callable[..., Any], kind: str, fault: str) -> None:
    trial = try_out(kind, hours=3, read_timeout=STALLED if fault == "stall" else 30.0)
    trial.switch_on(FAULTS[fault], page="last")
    _ends_well(trial, must_pass=False)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "fault"), WHOLE_INCREMENTS)
def test_the_rest_of_the_matrix_of_later_syncs(try_out: Callable[..., Any], kind: str, fault: str) -> None:
    test_a_fault_in_a_later_sync_costs_no_change(try_out, kind, fault)


def test_a_stopped_sync_goes_on_at_its_page_and_asks_for_none_again(try_out: Callable[..., Any]) -> None:
    trial = try_out("many pages")
    trial.switch_on({"kind": "status", "status": 403}, page="last")
    assert "limit" in (trial.sync() or "").lower()
    trial.server.application.faults.clear()
    jobs, pages = trial.requests("POST .*/jobs/query"), trial.requests("GET .*/results")
    assert trial.sync() is None
    assert (jobs(), pages()) == (0, 1)
    assert trial.differences() == []
