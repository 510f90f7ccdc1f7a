"""The last screen names what came, what does not hold, and where things are."""

import io

from rich.console import Console

from orchestration.exits import Exit
from orchestration.run import Check, Outcome
from orchestration.settings import load_settings
from orchestration.summary import print_summary


def _screen(outcome: Outcome) -> str:
    stream = io.StringIO()
    print_summary(Console(file=stream, width=120), outcome, load_settings(home="somewhere"))
    return stream.getvalue()


def _check(name: str, severity: str, *, is_passed: bool = False, failing_count: int = 0) -> Check:
    return Check("marts/fct_opportunities", name, severity, is_passed, failing_count)


def test_changes_are_told_in_words() -> None:
    objects = {"Task": {"row_count": 1_200, "inserted": 3, "updated": 2, "deleted": 1, "rejected": 0, "seconds": 0.5}}
    screen = _screen(Outcome("sync", objects=objects))
    assert "1,200" in screen
    assert "3 rows are new, 2 changed, 1 were deleted" in screen


def test_a_sync_that_brought_nothing_says_so() -> None:
    assert "Nothing has changed in the org" in _screen(Outcome("sync", objects={"Task": {"row_count": 7}}))


def test_the_worst_checks_come_first() -> None:
    checks = [
        _check("holds", "error", is_passed=True),
        _check("few", "warning", failing_count=1),
        _check("many", "warning", failing_count=90),
        _check("must_hold", "error", failing_count=2),
    ]
    screen = _screen(Outcome("check", checks=checks, exit_code=Exit.CHECKS_FAILED))
    assert "1 hold, 1 failed, 2 warn" in screen
    assert screen.index("must hold") < screen.index("many") < screen.index("few")


def test_places_are_named_only_if_they_were_made() -> None:
    assert "sales_metrics.duckdb" not in _screen(Outcome("sync"))
    assert "sales_metrics.duckdb" in _screen(Outcome("publish", published={"version": "1"}))


def test_an_error_is_on_the_screen() -> None:
    assert "the page was short" in _screen(Outcome("sync", exit_code=Exit.REMOTE, errors=["sync: the page was short"]))
