"""Which ways through the stages of a process count as kept to, week by week, of deals told by hand."""

from datetime import date

import pytest

from connectors.sandbox.simulate.setting.era import DAY
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import LOST_STAGE, NEW_BUSINESS_CODE, STAGE_CODES, WON_STAGE
from connectors.sandbox.simulate.truth.adherence import conformance_totals
from connectors.sandbox.simulate.truth.chronicle import Story, Version
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.periods import Calendar

MONDAY = 20_514  # 2026-03-02
WEEKS = 4
DELETED = "deleted"


def story(path: str, *, cents: int = 500, process: int = NEW_BUSINESS_CODE) -> Story:
    """A deal that takes a step a week, on Wednesdays; in the week of a dot nothing happens."""
    versions: list[Version] = []
    for week, name in enumerate(path.split()):
        if name == ".":
            continue
        stage = versions[-1].stage if name == DELETED else {"Won": WON_STAGE, "Lost": LOST_STAGE}.get(name)
        at = (MONDAY + 7 * week + 2) * DAY
        code = STAGE_CODES[name.replace("_", " ")] if stage is None else stage
        versions.append(Version(at, code, cents, cents, MONDAY, 50.0, 0, name == DELETED, process, 0))
    return Story(0, process, [each.at for each in versions], versions)


def told(*stories: Story) -> list[tuple[int, ...]]:
    """Of each week the open deals, those on process, stage exits, and those of them as they should be."""
    calendar = Calendar("week", 1, MONDAY, MONDAY + 70)
    now = (MONDAY + 7 * WEEKS) * DAY
    rows = conformance_totals(stories, Ladder(stories), calendar, lambda _: ("",), now)
    names = ("open_count", "on_process_count", "stage_exit_count", "on_process_exit_count")
    assert [row["period_start"] for row in rows] == sorted({row["period_start"] for row in rows})
    assert rows[0]["period_start"] == date(2026, 3, 2)
    return [tuple(row[name] for name in names) for row in rows]


@pytest.mark.parametrize(
    ("path", "weeks"),
    [
        (
            "Prospecting Qualification Discovery Proposal",
            [(1, 1, 0, 0), (1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)],
        ),
        ("Negotiation Won", [(1, 1, 0, 0), (0, 0, 1, 1)]),
        ("Prospecting Lost", [(1, 1, 0, 0), (0, 0, 1, 1)]),
        ("Proposal Won", [(1, 1, 0, 0), (0, 0, 1, 0)]),
        ("Prospecting Discovery . Proposal", [(1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 0), (1, 0, 1, 1)]),
        ("Discovery Qualification . .", [(1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 0), (1, 0, 0, 0)]),
        ("Prospecting Lost Prospecting .", [(1, 1, 0, 0), (0, 0, 1, 1), (1, 1, 0, 0), (1, 1, 0, 0)]),
        ("Prospecting deleted", [(1, 1, 0, 0)]),
    ],
)
def test_a_deal_keeps_to_its_process_as_long_as_all_its_exits_do(path: str, weeks: list[tuple[int, ...]]) -> None:
    assert told(story(path)) == weeks


def test_a_stage_of_another_process_is_a_way_out_and_the_return_is_no_exit() -> None:
    assert told(story("Prospecting Renewal_Review Qualification .")) == [
        (1, 1, 0, 0),
        (1, 0, 1, 0),
        (1, 0, 0, 0),
        (1, 0, 0, 0),
    ]


def test_an_amount_is_missed_where_the_new_stage_asks_for_one() -> None:
    assert told(story("Qualification Discovery Proposal", cents=0))[1:3] == [(1, 1, 1, 1), (1, 0, 1, 0)]


def test_without_a_record_type_an_amount_is_asked_for_from_even_odds_on() -> None:
    path = "Qualification Proposal"
    assert told(story(path, cents=0, process=NONE))[1] == (1, 0, 1, 0)
    assert told(story(path, process=NONE))[1] == (1, 1, 1, 1)
