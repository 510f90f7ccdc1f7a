"""The embedded org's clock: a week back at first, a day on with each sync, never past the wall clock."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from orchestration.embedded import SESSION_ID, OrgClock, advance_clock, embedded_org
from orchestration.settings import load_settings

WALL = datetime(2026, 3, 20, 8, tzinfo=UTC)


def test_the_first_sync_meets_the_org_a_week_ago(tmp_path: Path) -> None:
    assert advance_clock(tmp_path / "clock.json", WALL) == OrgClock(date(2026, 3, 20), WALL - timedelta(days=7))


def test_each_further_sync_lets_it_live_one_more_day(tmp_path: Path) -> None:
    clocks = [advance_clock(tmp_path / "clock.json", WALL) for _ in range(3)]
    assert [clock.now for clock in clocks] == [WALL - timedelta(days=days) for days in (7, 6, 5)]
    assert {clock.anchor for clock in clocks} == {date(2026, 3, 20)}


@given(st.lists(st.integers(min_value=0, max_value=10 * 86_400), min_size=1, max_size=30))
def test_the_clock_never_goes_back_and_never_runs_ahead(waits: list[int]) -> None:
    wall = WALL
    clock = OrgClock(WALL.date(), WALL - timedelta(days=7))
    for seconds in waits:
        wall += timedelta(seconds=seconds)
        following = clock.next(wall)
        assert clock.now <= following.now <= wall
        clock = following


def test_who_only_looks_does_not_let_the_org_live_on(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, sandbox_scale=0.05)
    advance_clock(tmp_path / "sandbox.json", WALL)
    before = (tmp_path / "sandbox.json").read_text()
    with embedded_org(settings, lives_on=False) as url:
        shown = requests.get(f"{url}/sandbox/status", timeout=10).text
    assert "2026-03-13T08:00:00" in shown
    assert (tmp_path / "sandbox.json").read_text() == before


def test_the_org_answers_while_it_is_needed_and_is_gone_afterwards(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, sandbox_scale=0.05)
    with embedded_org(settings) as url:
        answer = requests.get(
            f"{url}/services/data/v62.0/limits", headers={"Authorization": f"Bearer {SESSION_ID}"}, timeout=10
        )
        assert answer.ok
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/services/data/", timeout=2)
